import type { AccountName } from './account.js'
import type { CheckResult, FlakyCheck } from './check.js'
import type { CommitId, WorkId } from './fact.js'
import type { Failure } from './failure.js'
import type { Lens, LensVerdict } from './lens.js'
import type { Milestone } from './milestone.js'
import type { ResolutionFaults } from './policy/resolution.js'
import type { TriedRemedy } from './policy/stuck.js'
import type { FindingAnswer, ReviewRound } from './review-history.js'
import type { SessionStep, Usage } from './session.js'
import type { Verdict } from './verdict.js'

/**
 * Where a piece of work stands.
 *
 *   pending ─ prepare ─▶ opened ─ entry requirements ─▶ ready ─ implement ─▶ worked ◀──────────────┐
 *                                                                             │ check              │
 *                                                                             ▼                    │
 *                          ┌───────────── remediate ◀── some failed ────── checked                 │
 *                          │                                                  │ all passed: review │
 *                          │                                                  ▼                    │
 *                          ├───────────── remediate ◀── changes requested ─ reviewed               │
 *                          │                                                  │ approved           │
 *                          │                                                  ▼                    │
 *                          │        unmergeable ◀── conflict, or red ────── approved ── combined ─ merged
 *                          │             │ resolve, or join the base            (person's approval between)
 *                          └─────────────┴─────────────────────────────────────────────────────────┘
 *
 *   any of them ─▶ failed (for good) · parked (a person is needed) · blocked (what it needs did not get done)
 */
export type WorkPhase =
  | 'pending'
  | 'opened'
  | 'ready'
  | 'worked'
  | 'checked'
  | 'reviewed'
  | 'approved'
  | 'unmergeable'
  | 'combined'
  | 'merged'
  | 'failed'
  | 'parked'
  | 'blocked'

/** How a session that was ended for its silence had hung. */
export interface Silence {
  /** Milliseconds. */
  readonly silentMs: number
  /** Null: it was running none. */
  readonly tool: string | null
}

/** A session that was started and whose end has not been recorded, or that may be repeated from an instant. */
export interface OpenSession {
  readonly step: SessionStep
  readonly session: string
  readonly account: AccountName
  /** Epoch ms before which it must not start again; 0: now. */
  readonly notBefore: number
  /** The conversation exists at the agent and is to be continued. */
  readonly resumes: boolean
  /** When it was last started, epoch ms. */
  readonly startedAt: number
  /** It runs right now, or orch died while it ran. */
  readonly running: boolean
  /** Its next start is a new attempt, since the one before failed. */
  readonly again: boolean
  /** Of a review: what the worktree held when it started, as a git tree. */
  readonly tree: string | null
  /** Of a review: what it looks for. */
  readonly lens: Lens | null
  /** It gave no sign of life and is told so when it is gone on with: how long (ms), and in which tool. */
  readonly silence: Silence | null
}

export interface Workspace {
  readonly branch: string
  readonly path: string
  /** What the work's own diff is counted from. */
  readonly base: CommitId
}

/** Judge it once more, or merge it in spite of the review. */
export interface OrderByHand {
  readonly wants: 'review' | 'merge'
  readonly commit: CommitId
}

/** Why it could not be combined, and with what. */
export interface Obstacle {
  readonly kind: 'conflict' | 'red'
  readonly onto: CommitId
  readonly files: readonly string[]
  readonly results: readonly CheckResult[]
}

/** One task's state, or a whole stage's: both are implemented (merged), checked, reviewed and remediated alike. */
export interface Work {
  readonly id: WorkId
  readonly stage: number
  /** The milestone with the text that the task began with; null for the whole of a stage. */
  readonly milestone: Milestone | null
  readonly title: string
  readonly optional: boolean
  readonly phase: WorkPhase
  /** The phase in which it failed, was parked or blocked: where a retry goes on. */
  readonly stoppedIn: WorkPhase | null
  readonly failure: Failure | null
  readonly workspace: Workspace | null
  /** The worktree is on disk. */
  readonly workspaceOpen: boolean
  readonly head: CommitId | null
  readonly open: OpenSession | null
  /** The implementer's conversation, for remediation. */
  readonly session: string | null
  /** The account that conversation was last carried on by. */
  readonly sessionAccount: AccountName | null
  readonly attempts: number
  /** Sessions in a row that failed and counted. */
  readonly failures: number
  /** Sessions in a row that failed because of the surroundings. */
  readonly setbacks: number
  /** What was done about sessions that hung, since one last came to its end. */
  readonly remedy: TriedRemedy
  /** Rounds of remediation. */
  readonly rounds: number
  readonly reviews: number
  /** How often it was brought onto what was merged before it. */
  readonly mergeRounds: number
  /** The last attempt changed something, or answered everything that it was asked for. */
  readonly changed: boolean
  /** Commands that failed on a combination with others: checked from then on as well. */
  readonly alsoChecks: readonly string[]
  readonly entryResults: readonly CheckResult[]
  readonly checks: readonly CheckResult[]
  readonly checkedCommit: CommitId | null
  /** Checks that failed and then passed on the same commit; of the whole of a stage: on its combinations. */
  readonly flaky: readonly FlakyCheck[]
  readonly verdict: Verdict | null
  /** What the lenses of the round under way have said, until the last of them has. */
  readonly panel: readonly LensVerdict[]
  /** What stood open round after round, since it was begun or a person had it tried again. */
  readonly history: readonly ReviewRound[]
  /** What was answered to findings since the last round. */
  readonly answers: readonly FindingAnswer[]
  /** Of a task: what reviews of its merged stage found in what it brought, by the findings' ids. */
  readonly stageFindings: readonly string[]
  readonly obstacle: Obstacle | null
  /** Why the last resolution of its conflict was not taken; null: none was refused. */
  readonly refusal: ResolutionFaults | null
  readonly approvedByPerson: boolean
  /** What the person said to their approval, or to their decision to merge. */
  readonly approvalNote: string | null
  /** What a person ordered for the commit at which it stood; it holds for no other. */
  readonly byHand: OrderByHand | null
  readonly mergeCommit: CommitId | null
  /** Why its session cannot start, or stands still, for want of memory or disk; null: it can. */
  readonly held: string | null
  /** How often in a row its session was ended to give memory back. */
  readonly evictions: number
  readonly usage: Usage
  /** Begun for it, those that were only gone on with not counted. */
  readonly sessions: number
  /** Asked for in place of the configured one, since that did not serve. */
  readonly model: string | null
  /** Models that did not serve. */
  readonly unservedBy: readonly string[]
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export const isSettled = (work: Work): boolean => work.phase === 'approved' || work.phase === 'combined' || isEnded(work)

export const isEnded = (work: Work): boolean =>
  work.phase === 'merged' || work.phase === 'failed' || work.phase === 'parked' || work.phase === 'blocked'

export const isOutOfTheRunning = (work: Work): boolean => work.phase === 'failed' || work.phase === 'parked' || work.phase === 'blocked'

/** What a person ordered, as long as the work stands where it was ordered for. */
export const orderedByHand = ({ byHand, head }: Work): OrderByHand['wants'] | null =>
  byHand !== null && byHand.commit === head ? byHand.wants : null

/** The exit criteria which only a reviewer can judge. */
export const criteriaForReview = (milestone: Milestone | null): readonly number[] =>
  (milestone?.criteria ?? []).filter((c) => c.command === null).map((c) => c.n)
