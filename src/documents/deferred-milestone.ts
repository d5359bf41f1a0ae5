import type { Deferred } from '../core/deferred.js'
import { harmlessLine } from './harmless-markdown.js'

/** In UTF-16 units: a finding's claim with why it is one. */
const mostDetail = 1000

/**
 * The milestone file with what a stage deferred, in the form of any other, to be renamed by whoever wants it done; null: nothing was deferred.
 * Of one that is there already, from another run or with a person's edits, all stays, and what it lacks is added.
 */
export function renderDeferred(existing: string | null, stage: number, deferred: readonly Deferred[]): string | null {
  const missing = deferred.filter(({ finding }) => existing === null || !existing.includes(finding.id))
  if (missing.length === 0) return existing
  return existing === null ? newMilestone(stage, missing) : withTasks(existing, missing)
}

const newMilestone = (stage: number, deferred: readonly Deferred[]): string =>
  `${[
    `# Left over from stage ${stage}`,
    '## Description',
    `What reviews of stage ${stage} found and did not hold its work back for. Nobody works on this until the file is moved among the milestones under a name of theirs, such as \`${stage + 1}A.md\`.`,
    '## Tasks',
    deferred.map((d, i) => taskLine(i + 1, d)).join('\n'),
    criteriaHeading,
    '- None of the findings under Tasks is true any more, or the code shows why it never was',
  ].join('\n\n')}\n`

const criteriaHeading = '## Exit Criteria'

function taskLine(n: number, { task, finding }: Deferred): string {
  const { file, line, title, detail, severity, id } = finding
  const place = file === null ? '' : `${harmlessLine(file)}${line === null ? '' : `:${line}`}: `
  const why = detail.trim() === '' ? '' : ` – ${harmlessLine(detail, mostDetail)}`
  return `${n}. ${place}${harmlessLine(title)}${why} (${task}, ${severity}, ${id})`
}

/** After the last task that is numbered; where there is none, at the end. */
function withTasks(existing: string, missing: readonly Deferred[]): string {
  const newline = existing.includes('\r\n') ? '\r\n' : '\n'
  const numbered = [...existing.matchAll(/^(\d+)\. .*$/gm)]
  const last = numbered.at(-1)
  const at = last === undefined ? existing.trimEnd().length : last.index + last[0].trimEnd().length
  const first = Number(last?.[1] ?? 0) + 1
  const lines = missing.map((d, i) => taskLine(first + i, d)).join(newline)
  return `${existing.slice(0, at)}${newline}${lines}${existing.slice(at) === '' ? newline : existing.slice(at)}`
}
