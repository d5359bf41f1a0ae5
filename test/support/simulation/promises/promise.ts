import type { RecordedFact } from '../../../../src/core/fact.js'
import type { RunState } from '../../../../src/core/run-state.js'
import type { Evidence, LifeOutcome, MainMove, SessionStart, Writing } from '../evidence.js'

/** A fact, with the state before and after it, folded by nobody but the oracle. */
export interface Step {
  readonly before: RunState
  readonly fact: RecordedFact
  readonly after: RunState
}

/** What one life of orch added to the evidence, and how it ended. */
export interface Chapter {
  readonly evidence: Evidence
  readonly outcome: LifeOutcome
  readonly steps: readonly Step[]
  readonly moves: readonly MainMove[]
  readonly starts: readonly SessionStart[]
  readonly overwritten: readonly string[]
  readonly writings: readonly Writing[]
  /** The fold over all facts of the last run. */
  readonly folded: RunState | null
}

/** What was seen that breaks it, in words; nothing: it was kept. */
export type Kept = (chapter: Chapter) => readonly string[]

/** Asks the same of each fact. */
export const ofFacts =
  (ask: (step: Step, chapter: Chapter) => string | null): Kept =>
  (chapter) =>
    chapter.steps.flatMap((step) => {
      const seen = ask(step, chapter)
      return seen === null ? [] : [`${step.fact.run} fact ${step.fact.seq} ${step.fact.type}: ${seen}`]
    })

/** All of these together are one promise. */
export const together =
  (...parts: readonly Kept[]): Kept =>
  (chapter) =>
    parts.flatMap((part) => part(chapter))
