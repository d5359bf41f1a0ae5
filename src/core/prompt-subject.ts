import type { CheckResult } from './check.js'
import type { CommitId } from './fact.js'
import type { Lens } from './lens.js'
import type { Milestone } from './milestone.js'
import type { ResolutionFaults } from './policy/resolution.js'
import type { FindingAnswer, ReviewRound } from './review-history.js'
import type { Severity } from './verdict.js'
import type { Silence } from './work.js'

/** What every prompt is about. */
export interface PromptSubject {
  /** A task (`2B`) or the whole of a stage (`stage-2`). */
  readonly id: string
  readonly title: string
  /** The milestone files' texts: one for a task, all for the whole of a stage. */
  readonly milestones: readonly Milestone[]
  /** The repository's CLAUDE.md, or empty. */
  readonly projectRules: string
  readonly constraints: readonly string[]
}

/** What is wrong with the work, for whoever is to mend it. */
export interface RemediationSubject extends PromptSubject {
  readonly checks: readonly CheckResult[]
  /** Commands that failed before the work began. */
  readonly redBefore: readonly string[]
  readonly findings: string
}

/** A conflict, for whoever is to resolve it. */
export interface Conflict {
  readonly files: readonly string[]
  /** Of the tasks whose work stands on the other side. */
  readonly others: readonly Milestone[]
  /** Where both sides began, and each of them. */
  readonly base: CommitId
  readonly ours: CommitId
  readonly theirs: CommitId
  /** Why an earlier resolution was not taken; null: there was none. */
  readonly refusal: ResolutionFaults | null
}

/** The conversation hung and was ended for it. */
export type NudgeSubject = PromptSubject & Silence

/** A change to be judged. */
export interface ReviewSubject extends PromptSubject {
  readonly base: CommitId
  readonly head: CommitId
  readonly diff: string
  readonly checks: readonly CheckResult[]
  readonly lens: Lens
  /** From which severity on findings hold the work back. */
  readonly bar: Severity
  /** Null: nobody has reviewed it yet. */
  readonly before: EarlierRound | null
}

/** What a later review is told of the round before it. */
export interface EarlierRound {
  readonly round: ReviewRound
  /** What was said to its findings since; nothing else that the implementer says reaches a reviewer. */
  readonly answers: readonly FindingAnswer[]
  /** What has changed since; null: others' work came in between, and nothing has to be told apart. */
  readonly diff: string | null
}
