import { approvalWords } from './approval-words.js'
import { evidenceFor } from './evidence.js'
import type { CommitId, WorkId } from './fact.js'
import type { Landing } from './landing.js'
import { shortCommit } from './short-commit.js'
import type { Work } from './work.js'

/** Git's own way to say where a commit comes from; `mergedMilestones` finds a milestone's merge again by them. */
const trailers = (run: string, task: WorkId, hash?: string): string =>
  [`Orch-Run: ${run}`, `Orch-Task: ${task}`, ...(hash === undefined ? [] : [`Orch-Milestone: ${hash}`])].join('\n')

/** Without characters that nobody sees or that turn the reading direction: much of it comes from agents. */
const oneLine = (text: string, most: number): string => {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

const subject = (text: string): string => oneLine(text, 72)

/** A criterion's text, or its evidence: the whole stands in TASKS.md and in the report. */
const proofLine = (text: string): string => oneLine(text, 160)

export const attemptMessage = (run: string, work: Work, attempt: number): string =>
  `${subject(`${work.id}: ${work.title}`)}\n\nAttempt ${attempt}.\n\n${trailers(run, work.id)}\n`

/** The merge of an approved task, with the proof for each exit criterion. */
export function mergeMessage(run: string, work: Work): string {
  const proof = (work.milestone?.criteria ?? []).map((c) => `- ${proofLine(c.text)}\n  ${proofLine(evidenceFor(work, c))}`)
  const said = approvalWords(work)
  const body = [...(proof.length === 0 ? [] : [proof.join('\n')]), ...(said === null ? [] : [proofLine(said)])]
    .map((part) => `\n${part}\n`)
    .join('')
  return `${subject(`Merge ${work.id}: ${work.title}`)}\n${body}\n${trailers(run, work.id, work.milestone?.hash)}\n`
}

export const joinMessage = (run: string, work: Work): string =>
  `${subject(`Join what was merged before ${work.id}`)}\n\n${trailers(run, work.id)}\n`

export const resolutionMessage = (run: string, work: Work, files: readonly string[]): string =>
  `${subject(`Resolve the conflicts of ${work.id}`)}\n\n${files.map((f) => `- ${oneLine(f, 200)}`).join('\n')}\n\n${trailers(run, work.id)}\n`

export const boardMessage = (run: string, stage: number, file: string): string =>
  `${subject(`Record stage ${stage} in ${file}`)}\n\nOrch-Run: ${run}\n`

export const baseMergeMessage = (run: string, stage: number, branch: string): string =>
  `${subject(`Merge stage ${stage} into ${branch}`)}\n\nOrch-Run: ${run}\n`

/** Takes a landed stage back; its trailers tell which merges count no more. */
export function undoMessage(landing: Landing, merges: readonly CommitId[]): string {
  const what = `Takes back what ${shortCommit(landing.from)}..${shortCommit(landing.to)} brought: ${landing.milestones.join(', ')}.`
  const undoes = merges.map((commit) => `Orch-Undoes: ${commit}`)
  return `${subject(`Undo stage ${landing.stage}`)}\n\n${what}\n\n${[`Orch-Run: ${landing.run}`, ...undoes].join('\n')}\n`
}
