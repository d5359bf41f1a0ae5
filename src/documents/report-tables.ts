import type { MetConflict } from '../core/met-conflicts.js'
import type { MetLimit } from '../core/met-limits.js'
import { placeWords } from '../core/named-place.js'
import type { ObjectionEnd } from '../core/objections.js'
import type { Report } from '../core/report.js'
import { shortCommit } from '../core/short-commit.js'
import { type Block, heading } from './report-block.js'
import { dateTime, dollars, timeTaken } from './report-figures.js'

export function refusedBlocks({ objections, lostReviews }: Report): readonly Block[] {
  const refused = objections.filter((o) => o.end.kind !== 'deferred')
  const rows = refused.map((o) => [
    o.task ?? o.work,
    o.severity ?? 'not met',
    o.title,
    placeWords(o),
    o.from === o.until ? String(o.from) : `${o.from} to ${o.until}`,
    endWords(o.end),
  ])
  const lost = lostReviews.map((r) => [r.work, dateTime(r.at), r.why])
  return [
    ...(rows.length + lost.length === 0 ? [] : [heading(2, 'Refused')]),
    ...(rows.length === 0 ? [] : [{ kind: 'table', head: ['Work', 'What', 'Claim', 'Place', 'Review', 'End'], rows } as const]),
    ...(lost.length === 0 ? [] : [{ kind: 'table', head: ['Review of', 'When', 'Why it did not count'], rows: lost } as const]),
  ]
}

function endWords(end: ObjectionEnd): string {
  switch (end.kind) {
    case 'closed':
      return `closed by ${shortCommit(end.commit)}`
    case 'answered':
      return `answered: ${end.reason}`
    case 'overruled':
      return end.note === null ? 'overruled by a person' : `overruled by a person: ${end.note}`
    case 'deferred':
    case 'open':
      return end.kind
  }
}

export function deferredBlocks({ objections, stages }: Report): readonly Block[] {
  const rows = objections
    .filter((o) => o.end.kind === 'deferred')
    .map((o) => [o.task ?? o.work, o.severity ?? 'not met', o.title, placeWords(o)])
  const files = stages.flatMap((stage) => stage.deferredFile ?? [])
  const adopt: Block = { kind: 'text', text: `Written down as milestones that may be adopted: ${files.join(', ')}.` }
  if (rows.length === 0) return []
  return [heading(2, 'Deferred'), { kind: 'table', head: ['Work', 'What', 'Claim', 'Place'], rows }, ...(files.length === 0 ? [] : [adopt])]
}

export function conflictBlocks(conflicts: readonly MetConflict[]): readonly Block[] {
  const what = { conflict: 'could not be merged', red: 'checks failed on the combination' } as const
  const rows = conflicts.map((c) => [c.task, dateTime(c.at), what[c.kind], c.subjects.join(', '), c.resolved ? 'resolved' : 'open'])
  return rows.length === 0 ? [] : [heading(2, 'Conflicts'), { kind: 'table', head: ['Task', 'When', 'What', 'Where', 'End'], rows }]
}

export function limitBlocks(limits: readonly MetLimit[]): readonly Block[] {
  const rows = limits.map((l) => [
    l.account,
    l.window?.replaceAll('_', ' ') ?? 'unnamed',
    dateTime(l.from),
    l.until === null ? 'still closed' : dateTime(l.until),
    timeTaken(l.waitedMs),
  ])
  return rows.length === 0 ? [] : [heading(2, 'Limits'), { kind: 'table', head: ['Account', 'Window', 'From', 'Until', 'Waited'], rows }]
}

export function costBlocks({ cost }: Report): readonly Block[] {
  if (cost.total.sessions === 0) return []
  const row = (kind: string) => (sum: Report['cost']['total']) => [
    kind,
    sum.name,
    String(sum.sessions),
    String(sum.inputTokens),
    String(sum.outputTokens),
    dollars(sum),
  ]
  const rows = [...cost.byStep.map(row('step')), ...cost.byModel.map(row('model')), row('')(cost.total)]
  return [heading(2, 'Cost'), { kind: 'table', head: ['By', '', 'Sessions', 'Tokens in', 'Tokens out', 'Cost'], rows }]
}

export function commitBlocks(report: Report): readonly Block[] {
  const rows = report.stages
    .flatMap((s) => s.tasks)
    .flatMap((t) => (t.change?.commits ?? []).map((c) => [t.id, shortCommit(c.commit), c.subject]))
  return rows.length === 0 ? [] : [heading(2, 'Commits'), { kind: 'table', head: ['Task', 'Commit', 'Subject'], rows }]
}
