import type { AccountName } from './account.js'
import type { BudgetUse } from './budget.js'
import type { CheckResult } from './check.js'
import type { Failure } from './failure.js'
import type { Lens, Panel } from './lens.js'
import type { Milestone, MilestoneId } from './milestone.js'
import type { PlannedStage, Selection } from './plan.js'
import type { FallbackCause } from './policy/fallback.js'
import type { FindingAnswer } from './review-history.js'
import type { SessionStep, Usage, WindowUse } from './session.js'
import type { Verdict } from './verdict.js'

/** A commit's full hash. */
export type CommitId = string

/** Names a task (`2B`) or the whole of a stage carried as work of its own (`stage-2`). */
export type WorkId = string

export const wholeOf = (stage: number): WorkId => `stage-${stage}`

/** When a failed session may be repeated: from an instant (epoch ms), in the same conversation or a new one. */
export interface AgainAt {
  readonly at: number
  readonly session: 'resume' | 'fresh'
}

export interface Merge {
  readonly task: MilestoneId
  /** The merge commit. */
  readonly commit: CommitId
  /** Files that git could not merge and a program for their structure could; absent: none. */
  readonly structural?: readonly string[]
}

/** How a run ended, or that it paused. */
export type RunEnding = 'done' | 'failed' | 'paused' | 'needs-person' | 'surroundings' | 'interrupted'

/**
 * Why a session was interrupted: `limit` of the account, `budget`, `model` that did not serve, `memory` that the
 * machine lacks, `stop` of the run, `crash` of orch itself.
 */
export type InterruptionCause = 'limit' | 'budget' | 'model' | 'memory' | 'stop' | 'crash'

/** A pull request that is open. */
export interface PublishedRequest {
  /** Null: it shows the whole stage. */
  readonly task: WorkId | null
  readonly number: number
  readonly url: string
}

/** How a stage is undone. */
export type UndoWay = 'moved-back' | 'reverted'

export type RunFact =
  | {
      readonly type: 'run-started'
      readonly baseBranch: string
      readonly baseCommit: CommitId
      readonly stages: readonly PlannedStage[]
      readonly selection: Selection
      /** Reviews are off for this run (`--no-review`). */
      readonly withoutReview: boolean
      /** Carried out by the understudy on a branch of its own; the person's branch is not meant to move. */
      readonly rehearsal: boolean
    }
  | { readonly type: 'run-resumed' }
  /** Those that sessions may be paid by from now on; before it is said, the one that the program finds by itself. */
  | { readonly type: 'accounts-chosen'; readonly accounts: readonly AccountName[] }
  | { readonly type: 'run-ended'; readonly ending: RunEnding; readonly failure: Failure | null }
  /** Given by hand for this run, in place of what the config says. */
  | { readonly type: 'budget-set'; readonly maxUsd: number | null; readonly maxDurationMs: number | null }
  /** So much of a budget is used that a person should know. */
  | ({ readonly type: 'budget-warned' } & BudgetUse)
  /** What the program said of the account's windows, newer than what was known. */
  | { readonly type: 'windows-seen'; readonly account: AccountName; readonly windows: readonly WindowUse[] }
  | { readonly type: 'survivors-ended'; readonly pids: readonly number[] }
  | {
      readonly type: 'limit-hit'
      readonly account: AccountName
      /** Epoch ms until which nothing starts on it. */
      readonly until: number
      readonly window: string | null
      readonly guessed: boolean
    }
  | { readonly type: 'limit-lifted'; readonly account: AccountName }
  /** Fewer sessions at a time than configured, since the service is overloaded or a limit has just lifted; null: as many as configured. */
  | { readonly type: 'concurrency-changed'; readonly account: AccountName; readonly sessions: number | null }
  /** Files or refs of the person's changed while sessions of these tasks ran, and nothing shows that one of them did it. */
  | { readonly type: 'checkout-changed'; readonly tasks: readonly WorkId[]; readonly files: readonly string[] }

export type StageFact =
  | {
      readonly type: 'stage-started'
      readonly stage: number
      readonly tip: CommitId
      readonly branch: string
      readonly milestones: readonly Milestone[]
    }
  /** The config's checks on what the stage starts from, before any session of it. */
  | {
      readonly type: 'base-checked'
      readonly stage: number
      readonly commit: CommitId
      readonly results: readonly CheckResult[]
      /** Of the commands that passed, those that failed first. */
      readonly flaky: readonly string[]
    }
  /** These are now on the stage's integration branch, and the checks passed on its new tip. */
  | {
      readonly type: 'tasks-combined'
      readonly stage: number
      readonly merges: readonly Merge[]
      readonly tip: CommitId
      readonly results: readonly CheckResult[]
      /** The tip also carries TASKS.md: nothing is missing from the stage. */
      readonly complete: boolean
    }
  | { readonly type: 'stage-landed'; readonly stage: number; readonly branch: string; readonly from: CommitId; readonly to: CommitId }
  /** By a person's order: the branch went back (`moved-back`), or commits on top take back what the stage brought (`reverted`). */
  | {
      readonly type: 'stage-undone'
      readonly stage: number
      readonly branch: string
      readonly how: UndoWay
      /** The branch's tip before and after. */
      readonly from: CommitId
      readonly to: CommitId
      /** The ref that holds the tip from before; null: the branch holds it itself. */
      readonly keptAs: string | null
    }
  /** Others see it as pull requests; empty: it brought nothing to show. */
  | { readonly type: 'stage-published'; readonly stage: number; readonly requests: readonly PublishedRequest[] }
  | { readonly type: 'stage-held'; readonly stage: number; readonly failure: Failure }
  | { readonly type: 'stage-failed'; readonly stage: number; readonly failure: Failure }

export type WorkFact =
  | { readonly type: 'workspace-opened'; readonly task: WorkId; readonly branch: string; readonly path: string; readonly base: CommitId }
  | { readonly type: 'workspace-closed'; readonly task: WorkId }
  | { readonly type: 'entry-checked'; readonly task: WorkId; readonly results: readonly CheckResult[] }
  | {
      readonly type: 'attempt-started'
      readonly task: WorkId
      readonly attempt: number
      readonly step: SessionStep
      readonly session: string
      /** The conversation existed before. */
      readonly resumes: boolean
      readonly account: AccountName
      /** As it was asked for; null: the program's own choice. */
      readonly model: string | null
    }
  /** The machine cannot bear its session now; it starts as soon as it can. */
  | { readonly type: 'start-held'; readonly task: WorkId; readonly detail: string }
  /** Its processes stand still until the machine has room again. */
  | { readonly type: 'session-frozen'; readonly task: WorkId; readonly detail: string }
  | { readonly type: 'session-thawed'; readonly task: WorkId }
  /** Ended by a limit, a budget, a stop or to give memory back, or cut off together with orch: burns nothing, the same conversation goes on later. */
  | {
      readonly type: 'attempt-interrupted'
      readonly task: WorkId
      readonly attempt: number
      readonly cause: InterruptionCause
      readonly usage: Usage
    }
  | {
      readonly type: 'attempt-finished'
      readonly task: WorkId
      readonly attempt: number
      readonly step: SessionStep
      readonly session: string
      readonly commit: CommitId
      readonly changed: boolean
      /** What it said to findings of the last review; absent: nothing. */
      readonly answers?: readonly FindingAnswer[]
      readonly usage: Usage
    }
  | {
      readonly type: 'attempt-failed'
      readonly task: WorkId
      readonly attempt: number
      readonly failure: Failure
      /** Null: given up. */
      readonly again: AgainAt | null
      /** The failure lies in the surroundings, so it does not count against the task. */
      readonly counts: boolean
      readonly usage: Usage
    }
  /** It failed, and passed when it was run once more on the same commit: it counts as passed, and a person should look at it. */
  | { readonly type: 'check-flaky'; readonly task: WorkId; readonly command: string; readonly commit: CommitId }
  | { readonly type: 'checks-finished'; readonly task: WorkId; readonly commit: CommitId; readonly results: readonly CheckResult[] }
  | {
      readonly type: 'review-started'
      readonly task: WorkId
      /** The round. */
      readonly review: number
      /** Absent: `correctness`. */
      readonly lens?: Lens
      readonly session: string
      /** The conversation existed before. */
      readonly resumes: boolean
      readonly account: AccountName
      readonly model: string | null
      /** What the worktree held then, as a git tree: a review changes nothing, and what it changes is put back. */
      readonly tree: string
    }
  | {
      readonly type: 'review-interrupted'
      readonly task: WorkId
      readonly cause: InterruptionCause
      /** It had changed files, which were put back: another conversation begins anew. */
      readonly anew: boolean
      readonly usage: Usage
    }
  /** From now on another model is asked for, by a rule of `agent.fallback`. */
  | { readonly type: 'model-changed'; readonly task: WorkId; readonly from: string; readonly to: string; readonly because: FallbackCause }
  | {
      readonly type: 'review-given'
      readonly task: WorkId
      readonly review: number
      /** Absent: `correctness`. */
      readonly lens?: Lens
      /** The round's reviews, where there is more than this one. */
      readonly panel?: Panel
      readonly commit: CommitId
      readonly verdict: Verdict
      readonly usage: Usage
    }
  | {
      readonly type: 'review-failed'
      readonly task: WorkId
      readonly failure: Failure
      readonly again: AgainAt | null
      readonly counts: boolean
      readonly usage: Usage
    }
  | { readonly type: 'task-approved'; readonly task: WorkId; readonly commit: CommitId }
  /** `note`: what the person said to it; null or absent: nothing. */
  | { readonly type: 'approval-given'; readonly task: WorkId; readonly note?: string | null }
  /** A person wants what stands at this commit judged once more, and nothing else done to it. */
  | { readonly type: 'review-asked'; readonly task: WorkId; readonly commit: CommitId }
  /** A person takes what stands at this commit, whatever the review says of it; the checks must pass all the same. */
  | { readonly type: 'merge-decided'; readonly task: WorkId; readonly commit: CommitId; readonly note: string | null }
  /** The checkpoint and the task's branch disagreed about work; git was believed, and what it holds is judged anew. */
  | { readonly type: 'git-believed'; readonly task: WorkId; readonly expected: CommitId; readonly commit: CommitId }
  /** It cannot join what was merged before it: a textual conflict. */
  | { readonly type: 'merge-conflicted'; readonly task: WorkId; readonly onto: CommitId; readonly files: readonly string[] }
  /** Merged cleanly, but the checks fail on the combination. */
  | { readonly type: 'combination-refused'; readonly task: WorkId; readonly onto: CommitId; readonly results: readonly CheckResult[] }
  /** What was merged before it is now part of its own branch. */
  | { readonly type: 'base-joined'; readonly task: WorkId; readonly onto: CommitId; readonly commit: CommitId }
  /** What the review of a whole stage left to be done later stands on its integration branch now; the checks are run on that. */
  | { readonly type: 'deferred-written'; readonly task: WorkId; readonly commit: CommitId; readonly findings: number }
  | { readonly type: 'task-failed'; readonly task: WorkId; readonly failure: Failure }
  | { readonly type: 'task-parked'; readonly task: WorkId; readonly failure: Failure }
  | { readonly type: 'task-blocked'; readonly task: WorkId; readonly failure: Failure }
  | {
      readonly type: 'task-retried'
      readonly task: WorkId
      readonly milestone: Milestone | null
      /** `scratch`: a new beginning from the current base; `review`: judged anew first. Absent: where it stopped. */
      readonly from?: 'scratch' | 'review'
      /** Of a new beginning: the ref that holds what there was; absent: there was nothing. */
      readonly keptAs?: string
    }
  /** The file was changed while the task was under way; the task goes on with the text it began with. */
  | { readonly type: 'milestone-edited'; readonly task: WorkId; readonly file: string }

/** Something that happened, in the past tense. Saved before it is told. */
export type Fact = RunFact | StageFact | WorkFact

/** A fact as it is saved and told: numbered from 1, with its instant (ISO 8601). */
export type RecordedFact = Fact & { readonly seq: number; readonly at: string; readonly run: string }

/** Shown and forgotten. */
export type Progress =
  | {
      readonly type: 'session-progressed'
      readonly task: WorkId
      readonly doing: string
      readonly costUsd: number | null
      readonly estimated?: boolean
    }
  | { readonly type: 'command-running'; readonly task: WorkId; readonly command: string }
  | {
      readonly type: 'waiting'
      readonly task: WorkId | null
      readonly reason: 'limit' | 'retry' | 'pace'
      readonly until: number
      readonly detail: string
    }
  | { readonly type: 'noticed'; readonly text: string }
