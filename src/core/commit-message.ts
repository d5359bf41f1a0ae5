import { approvalWords } from './approval-words.js'
import type { CommitId, WorkId } from './fact.js'
import type { Landing } from './landing.js'
import type { Criterion } from './milestone.js'
import type { Work } from './work.js'

/** Git's own way to say where a commit comes from; `mergedMilestones` finds a milestone's merge again by them. */
const trailers = (run: string, task: WorkId, hash?: string): string =>
  [`Orch-Run: ${run}`, `Orch-Task: ${task}`, ...(hash === undefined ? [] : [`Orch-Milestone: ${hash}`])].join('\n')

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

const subject = (text: string): string => {
  const line = oneLine(text)
  return line.length <= 72 ? line : `${line.slice(0, 71)}…`
}

export const attemptMessage = (run: string, work: Work, attempt: number): string =>
  `${subject(`${work.id}: ${work.title}`)}\n\nAttempt ${attempt}.\n\n${trailers(run, work.id)}\n`

/** The merge of an approved task, with the proof for each exit criterion. */
export function mergeMessage(run: string, work: Work): string {
  const proof = (work.milestone?.criteria ?? []).map((c) => `- ${oneLine(c.text)}\n  ${oneLine(evidenceFor(work, c))}`)
  const said = approvalWords(work)
  const body = [...(proof.length === 0 ? [] : [proof.join('\n')]), ...(said === null ? [] : [oneLine(said)])]
    .map((part) => `\n${part}\n`)
    .join('')
  return `${subject(`Merge ${work.id}: ${work.title}`)}\n${body}\n${trailers(run, work.id, work.milestone?.hash)}\n`
}

/** Why a criterion counts as met, or that it does not. */
export function evidenceFor(work: Work, criterion: Criterion): string {
  if (criterion.command !== null) {
    const result = work.checks.find((c) => c.command === criterion.command)
    if (result === undefined) return 'not run'
    const how = result.timedOut ? 'timed out' : `exit status ${result.exitCode ?? 'none'}`
    return `${how} after ${(result.durationMs / 1000).toFixed(1)} s, output sha256 ${result.digest}`
  }
  const judgement = work.verdict?.criteria.find((c) => c.n === criterion.n)
  if (judgement === undefined) return 'not judged by a review'
  const place = judgement.file === null ? '' : ` (${judgement.file}${judgement.line === null ? '' : `:${judgement.line}`})`
  return `${judgement.met ? '' : 'not met: '}${judgement.evidence}${place}`
}

export const isMet = (work: Work, criterion: Criterion): boolean =>
  criterion.command === null
    ? work.verdict?.criteria.some((c) => c.n === criterion.n && c.met) === true
    : work.checks.some((c) => c.command === criterion.command && c.passed)

export const joinMessage = (run: string, work: Work): string =>
  `${subject(`Join what was merged before ${work.id}`)}\n\n${trailers(run, work.id)}\n`

export const resolutionMessage = (run: string, work: Work, files: readonly string[]): string =>
  `${subject(`Resolve the conflicts of ${work.id}`)}\n\n${files.map((f) => `- ${f}`).join('\n')}\n\n${trailers(run, work.id)}\n`

export const boardMessage = (run: string, stage: number, file: string): string =>
  `${subject(`Record stage ${stage} in ${file}`)}\n\nOrch-Run: ${run}\n`

export const baseMergeMessage = (run: string, stage: number, branch: string): string =>
  `${subject(`Merge stage ${stage} into ${branch}`)}\n\nOrch-Run: ${run}\n`

/** Takes a landed stage back; its trailers tell which merges count no more. */
export function undoMessage(landing: Landing, merges: readonly CommitId[]): string {
  const what = `Takes back what ${landing.from.slice(0, 12)}..${landing.to.slice(0, 12)} brought: ${landing.milestones.join(', ')}.`
  const undoes = merges.map((commit) => `Orch-Undoes: ${commit}`)
  return `${subject(`Undo stage ${landing.stage}`)}\n\n${what}\n\n${[`Orch-Run: ${landing.run}`, ...undoes].join('\n')}\n`
}
