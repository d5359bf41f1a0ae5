import type { CheckResult } from '../../core/check.js'
import type { CommitId } from '../../core/fact.js'
import type { Lens } from '../../core/lens.js'
import type { Milestone } from '../../core/milestone.js'
import type { ResolutionFaults } from '../../core/policy/resolution.js'
import type { FindingAnswer, ReviewRound } from '../../core/review-history.js'
import type { Severity } from '../../core/verdict.js'
import type { Silence } from '../../core/work.js'

/** Texts handed to agents. */
export interface PromptSource {
  implement(input: PromptInput): string
  /** @param input `redBefore`: commands that failed before the work began */
  remediate(
    input: PromptInput & { readonly checks: readonly CheckResult[]; readonly redBefore: readonly string[]; readonly findings: string },
  ): string
  resolve(input: PromptInput & ConflictInput): string
  review(input: ReviewInput): string
  /** The conversation was cut off: go on. */
  goOn(input: PromptInput): string
  reviewGoOn(input: ReviewInput): string
  /** The conversation hung and was ended for it: go on another way, or say what is in the way. */
  nudge(input: PromptInput & Silence): string
}

export interface PromptInput {
  readonly id: string
  readonly title: string
  /** The milestone files' texts: one for a task, all for the whole of a stage. */
  readonly milestones: readonly Milestone[]
  /** The repository's CLAUDE.md, or empty. */
  readonly projectRules: string
  readonly constraints: readonly string[]
}

/** A conflict, for whoever is to resolve it. */
export interface ConflictInput {
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

export interface ReviewInput extends PromptInput {
  readonly base: CommitId
  readonly head: CommitId
  readonly diff: string
  readonly checks: readonly CheckResult[]
  readonly lens: Lens
  /** From which severity on findings hold the work back. */
  readonly bar: Severity
  /** Null: nobody has reviewed it yet. */
  readonly before: ReviewBefore | null
}

/** What a later review is told of the round before it. */
export interface ReviewBefore {
  readonly round: ReviewRound
  /** What was said to its findings since; nothing else that the implementer says reaches a reviewer. */
  readonly answers: readonly FindingAnswer[]
  /** What has changed since; null: others' work came in between, and nothing has to be told apart. */
  readonly diff: string | null
}
