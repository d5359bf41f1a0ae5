import { counted } from '../core/counted.js'
import type { Evidence } from '../core/evidence.js'
import type { FailureWords } from '../core/failure-words/say.js'
import type { ObjectionEnd } from '../core/objections.js'
import type { Report, ReportedStage } from '../core/report.js'
import type { ReportedCriterion, ReportedTask } from '../core/reported-task.js'
import { trendWords } from '../core/review-history.js'
import { shortCommit } from '../core/short-commit.js'
import { type Block, heading, type Mood } from './report-block.js'
import { dateTime, dollars, share, timeTaken } from './report-figures.js'
import { commitBlocks, conflictBlocks, costBlocks, deferredBlocks, limitBlocks, refusedBlocks } from './report-tables.js'

/** The report as one page, whatever it is written in. */
export function reportPage(report: Report): readonly Block[] {
  return [
    ...opening(report),
    ...report.stages.flatMap((stage) => stageBlocks(stage)),
    ...refusedBlocks(report),
    ...deferredBlocks(report),
    ...conflictBlocks(report.conflicts),
    ...limitBlocks(report.limits),
    ...costBlocks(report),
    ...commitBlocks(report),
    { kind: 'text', text: `Written by orch on ${dateTime(report.generatedAt)} from the facts that the run saved and from git.` },
  ]
}

const outcomes: Readonly<Record<Report['run']['outcome'], readonly [word: string, mood: Mood]>> = {
  running: ['under way', 'open'],
  done: ['done', 'good'],
  failed: ['failed', 'bad'],
  paused: ['paused', 'open'],
  'needs-person': ['needs a person', 'bad'],
  surroundings: ['could not go on', 'bad'],
  interrupted: ['interrupted', 'open'],
}

function opening(report: Report): readonly Block[] {
  const { run } = report
  const rehearsal = 'This is a rehearsal: a stand-in worked in the place of the agent, on a branch of its own, and the costs are made up.'
  return [
    heading(1, `Run ${run.id}`, ...outcomes[run.outcome]),
    ...(run.rehearsal ? [{ kind: 'text', text: rehearsal } as const] : []),
    ...(run.withoutReview ? [{ kind: 'text', text: 'Reviews were switched off for this run.' } as const] : []),
    { kind: 'table', head: null, rows: summaryRows(report) },
    ...(run.failure === null || isToldBelow(report, run.failure)
      ? []
      : [{ kind: 'bad-news', text: run.failure.message, next: run.failure.hint } as const]),
  ]
}

/** A task's failure that is the stage's and the run's as well is told once, where it belongs. */
const isToldBelow = (report: Report, failure: FailureWords): boolean =>
  report.stages.some((s) => [s, ...s.tasks].some((other) => other.failure?.message === failure.message))

const tasksOf = (report: Report): readonly ReportedTask[] => report.stages.flatMap((s) => s.tasks)

function summaryRows(report: Report): readonly (readonly string[])[] {
  const { run, cost, limits, conflicts, lostReviews } = report
  const tasks = tasksOf(report)
  const merged = tasks.filter((t) => t.state === 'merged').length
  const criteria = tasks.flatMap((t) => t.criteria)
  const sum = share(report.objections, (o) => o.end.kind)
  const moved =
    run.headCommit === run.baseCommit ? 'has not moved' : `moved from ${shortCommit(run.baseCommit)} to ${shortCommit(run.headCommit)}`
  const times = `${dateTime(run.startedAt)} to ${run.endedAt === null ? 'now' : dateTime(run.endedAt)}`
  const optional = (label: string, n: number, text: string): readonly (readonly string[])[] => (n === 0 ? [] : [[label, text]])
  return [
    ['Asked', `${counted(tasks.length, 'task')} in ${counted(report.stages.length, 'stage')}`],
    ['Done', `${merged} of ${counted(tasks.length, 'task')} merged into ${run.baseBranch}`],
    [
      'Proved',
      `${criteria.filter((c) => c.met).length} of ${counted(criteria.length, 'exit criterion', 'exit criteria')}${kindsOf(criteria)}`,
    ],
    ['Refused', refusedWords(sum, lostReviews.length)],
    ...optional('Deferred', sum['deferred'] ?? 0, counted(sum['deferred'] ?? 0, 'small finding')),
    ...optional('Conflicts', conflicts.length, `${conflicts.length}, ${conflicts.filter((c) => c.resolved).length} of them resolved`),
    ...optional(
      'Limits',
      limits.length,
      `reached ${counted(limits.length, 'time')}, ${timeTaken(limits.reduce((ms, l) => ms + l.waitedMs, 0))} waited out`,
    ),
    [
      'Cost',
      `${dollars(cost.total)} in ${counted(cost.total.sessions, 'session')}, ${cost.total.inputTokens} tokens in, ${cost.total.outputTokens} out`,
    ],
    ['Time', `${timeTaken(run.durationMs)}: ${times}`],
    ['Branch', `${run.baseBranch} ${moved}`],
  ]
}

const endNames: Readonly<Record<Exclude<ObjectionEnd['kind'], 'deferred'>, string>> = {
  closed: 'closed by a commit',
  answered: 'answered',
  overruled: 'overruled by a person',
  open: 'open',
}

function refusedWords(sum: Readonly<Record<string, number>>, lost: number): string {
  const parts = Object.entries(endNames).flatMap(([kind, name]) => (sum[kind] === undefined ? [] : [`${sum[kind]} ${name}`]))
  const said = Object.keys(endNames).reduce((total, kind) => total + (sum[kind] ?? 0), 0)
  const uncounted = lost === 0 ? '' : `; ${counted(lost, 'review')} did not count`
  return said === 0 ? `nothing${uncounted}` : `${counted(said, 'objection')} by reviews: ${parts.join(', ')}${uncounted}`
}

const kindNames: Readonly<Record<Evidence['kind'], string>> = {
  command: 'a command that orch ran',
  place: 'a place in the code',
  removal: 'what is gone',
  test: 'a test that passed',
  commit: 'a commit',
  statement: "the reviewer's words only",
}

function kindsOf(criteria: readonly ReportedCriterion[]): string {
  const kinds = criteria.filter((c) => c.met).map((c) => c.evidence[0]?.kind ?? 'statement')
  const counts = Object.entries(share(kinds, (kind) => kind))
  return counts.length === 0 ? '' : `: ${counts.map(([kind, n]) => `${n} by ${kindNames[kind as Evidence['kind']]}`).join(', ')}`
}

const note = (what: string, items: readonly string[]): readonly Block[] =>
  items.length === 0 ? [] : [{ kind: 'text', text: `${what}: ${items.map((item) => `\`${item}\``).join(', ')}.` }]

/** One stage: its tasks with their proof, what its own review came to, and what went wrong. */
export function stageBlocks(stage: ReportedStage): readonly Block[] {
  const mood = stage.state === 'done' ? 'good' : stage.state === 'failed' ? 'bad' : 'open'
  const { whole, failure } = stage
  const shared = failure !== null && !stage.tasks.some((t) => t.failure?.message === failure.message)
  return [
    heading(2, `Stage ${stage.stage}`, stage.undone ? 'undone' : stage.state, mood),
    ...(stage.undone ? [{ kind: 'text', text: 'It was merged, and a person had it undone.' } as const] : []),
    ...note('Red before this stage began', stage.redBefore),
    ...note('Flaky, failed and then passed on the same commit', stage.flaky),
    ...stage.tasks.flatMap(taskBlocks),
    ...(whole === null
      ? []
      : [
          {
            kind: 'text',
            text: `The merged stage as a whole is ${whole.state}: ${counted(whole.reviews, 'review')}, ${counted(whole.rounds, 'round')} of remediation, $${whole.costUsd.toFixed(2)}.`,
          } as const,
        ]),
    ...(shared ? [{ kind: 'bad-news', text: failure.message, next: failure.hint } as const] : []),
  ]
}

const badStates: readonly ReportedTask['state'][] = ['failed', 'parked', 'blocked']

function taskBlocks(task: ReportedTask): readonly Block[] {
  const mood = task.state === 'merged' ? 'good' : badStates.includes(task.state) ? 'bad' : 'open'
  const criteria = task.criteria.map(({ met, text, words }) => ({ met, text, evidence: words }))
  return [
    heading(3, `${task.id} ${task.title}`, `${task.state}${task.optional ? ', optional' : ''}`, mood),
    ...(task.asked.length === 0 ? [] : [{ kind: 'list', items: task.asked } as const]),
    ...(criteria.length === 0 ? [] : [{ kind: 'proof', criteria } as const]),
    { kind: 'text', text: effortWords(task) },
    ...(task.decided === null ? [] : [{ kind: 'text', text: task.decided } as const]),
    ...(task.failure === null ? [] : [{ kind: 'bad-news', text: task.failure.message, next: task.failure.hint } as const]),
  ]
}

function effortWords(task: ReportedTask): string {
  if (task.attempts === 0 && task.durationMs === 0) return 'Not begun.'
  const { change } = task
  const found = task.stageFindings === 0 ? [] : [`${counted(task.stageFindings, 'finding')} in it by the review of its stage`]
  const changed = change === null ? [] : [`${counted(change.files, 'file')} changed (+${change.insertions} −${change.deletions})`]
  const where =
    task.mergeCommit !== null
      ? [`merge commit ${shortCommit(task.mergeCommit)}`]
      : task.branch === null
        ? []
        : [`on the branch ${task.branch}`]
  const trend = task.trend.every((blocking) => blocking === 0) ? '' : ` (${trendWords(task.trend)})`
  const sessions = `${counted(task.attempts, 'attempt')}, ${counted(task.reviews, 'review')}${trend}, ${counted(task.rounds, 'round')} of remediation`
  const spent = `${timeTaken(task.durationMs)}, ${task.estimatedUsd > 0 ? 'about ' : ''}$${task.costUsd.toFixed(2)}`
  return `${[sessions, ...found, spent, ...changed, ...where].join('; ')}.`
}
