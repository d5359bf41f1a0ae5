import { approvalWords } from './approval-words.js'
import { type Evidence, evidenceFor, evidenceOf, isMet } from './evidence.js'
import type { CommitId, WorkId } from './fact.js'
import type { Failure } from './failure.js'
import type { FailureWords } from './failure-words/say.js'
import { describeFailure } from './failure-words.js'
import { publicState, type TaskStateName } from './public-state.js'
import { trendOf } from './review-history.js'
import type { RunState } from './run-state.js'
import type { Work } from './work.js'

/** What git tells of the change that a task brought, or has on its branch. */
export interface ChangeSummary {
  readonly files: number
  readonly insertions: number
  readonly deletions: number
  readonly commits: readonly { readonly commit: CommitId; readonly subject: string }[]
}

/** An exit criterion and why it counts as met, or that it does not. */
export interface ReportedCriterion {
  readonly n: number
  readonly text: string
  readonly met: boolean
  readonly evidence: readonly Evidence[]
  readonly words: string
}

export interface ReportedTask {
  readonly id: WorkId
  readonly title: string
  readonly state: TaskStateName
  readonly optional: boolean
  /** What the milestone asks for: its tasks, as they stand there. */
  readonly asked: readonly string[]
  readonly criteria: readonly ReportedCriterion[]
  readonly attempts: number
  readonly rounds: number
  readonly reviews: number
  /** How many points held it back, round after round of reviews. */
  readonly trend: readonly number[]
  /** What a person decided about it; null: nothing. */
  readonly decided: string | null
  /** What reviews of the merged stage found in what it brought. */
  readonly stageFindings: number
  readonly costUsd: number
  readonly estimatedUsd: number
  /** From its first step to its end or now. Milliseconds. */
  readonly durationMs: number
  readonly branch: string | null
  readonly mergeCommit: CommitId | null
  /** Null: there is none, or git could not tell. */
  readonly change: ChangeSummary | null
  readonly failure: FailureWords | null
}

export interface ReportContext {
  /** Epoch milliseconds. */
  readonly now: number
  /** Somebody carries the run out. */
  readonly running: boolean
  readonly changes: ReadonlyMap<WorkId, ChangeSummary>
  /** Folder of the milestones, relative to the repository. */
  readonly milestonesDir: string
}

/** @param task whose failure it is; null: the run's */
export const inWords = (failure: Failure | null, task: WorkId | null): FailureWords | null =>
  failure === null ? null : describeFailure(failure, task)

/** What a report tells of one task. */
export function reportedTask(state: RunState, work: Work, { now, running, changes }: ReportContext): ReportedTask {
  const { id, title, optional, attempts, rounds, reviews, usage, mergeCommit } = work
  const end = work.endedAt === null ? (running ? now : null) : Date.parse(work.endedAt)
  return {
    ...{ id, title, optional, attempts, rounds, reviews, mergeCommit },
    state: publicState(state, work),
    asked: work.milestone?.tasks ?? [],
    criteria: (work.milestone?.criteria ?? []).map((c) => ({
      ...{ n: c.n, text: c.text, met: isMet(work, c) },
      evidence: evidenceOf(work, c),
      words: evidenceFor(work, c),
    })),
    trend: trendOf(work.history),
    decided: approvalWords(work),
    stageFindings: work.stageFindings.length,
    costUsd: usage.costUsd,
    estimatedUsd: usage.estimatedUsd ?? 0,
    durationMs: work.startedAt === null ? 0 : end === null ? usage.durationMs : Math.max(0, end - Date.parse(work.startedAt)),
    branch: work.workspace?.branch ?? null,
    change: changes.get(id) ?? null,
    failure: inWords(work.failure, id),
  }
}
