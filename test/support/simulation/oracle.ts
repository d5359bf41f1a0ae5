import { reduce } from '../../../src/core/run-fold.js'
import type { RunState } from '../../../src/core/run-state.js'
import { type Evidence, type LifeOutcome, lastRun } from './evidence.js'
import { aLimitIsNotAFailure } from './promises/a-limit-is-not-a-failure.js'
import { budgetsHold } from './promises/budgets-hold.js'
import { doneIsProved } from './promises/done-is-proved.js'
import { everyLifeEnds, everythingGetsDone } from './promises/everything-gets-done.js'
import { leaksAreTold } from './promises/leaks-are-told.js'
import { neverInTheWay } from './promises/never-in-the-way.js'
import { neverLost } from './promises/never-lost.js'
import { neverRed } from './promises/never-red.js'
import { neverTwice } from './promises/never-twice.js'
import { noSecretInWhatWeWrite } from './promises/no-secret-in-what-we-write.js'
import { nothingLeftBehind } from './promises/nothing-left-behind.js'
import type { Kept, Step } from './promises/promise.js'
import { reviewsConverge } from './promises/reviews-converge.js'
import { theEndingIsTrue } from './promises/the-ending-is-true.js'
import { theStateIsSound } from './promises/the-state-is-sound.js'
import type { Universe } from './universe.js'

/** The eight promises by the names that the README gives them, and what stands under them. */
const promises = {
  'Never red': neverRed,
  'Never lost': neverLost,
  'Never in the way': neverInTheWay,
  'Never twice': neverTwice,
  'A limit is not a failure': aLimitIsNotAFailure,
  'Nothing left behind': nothingLeftBehind,
  'No secret in what we write': noSecretInWhatWeWrite,
  'Done is proved': doneIsProved,
  'Reviews converge': reviewsConverge,
  'Budgets hold': budgetsHold,
  'Leaks are told': leaksAreTold,
  'The state is sound': theStateIsSound,
  'The ending is true': theEndingIsTrue,
  'Everything gets done': everyLifeEnds,
} as const satisfies Record<string, Kept>

export type PromiseName = keyof typeof promises

export interface Violation {
  readonly promise: PromiseName
  readonly seen: string
}

/** How much of each list has been looked at. */
const seenOf = ({ moves, starts, overwritten, writings }: Evidence) => ({
  moves: moves.length,
  starts: starts.length,
  overwritten: overwritten.length,
  writings: writings.length,
})

/** Looks at everything that happened, and names each promise that was broken, with what was seen. */
export class Oracle {
  readonly violations: Violation[] = []
  /** The fold over the facts of each run, made here and by nobody else. */
  readonly #folded = new Map<string, RunState>()
  #seen: ReturnType<typeof seenOf>

  constructor(private readonly evidence: Evidence) {
    this.#seen = seenOf(evidence)
  }

  afterLife(outcome: LifeOutcome): void {
    const { evidence } = this
    const { moves, starts, overwritten, writings } = this.#seen
    const steps = [...this.#newSteps()]
    const chapter = {
      ...{ evidence, outcome, steps },
      moves: evidence.moves.slice(moves),
      starts: evidence.starts.slice(starts),
      overwritten: evidence.overwritten.slice(overwritten),
      writings: evidence.writings.slice(writings),
      folded: this.#folded.get(lastRun(evidence)?.id ?? '') ?? null,
    }
    for (const [name, kept] of Object.entries(promises) as [PromiseName, Kept][]) this.#note(name, kept(chapter))
    this.#seen = seenOf(evidence)
  }

  atTheEnd(universe: Universe): void {
    this.#note('Everything gets done', everythingGetsDone(universe))
  }

  #note(promise: PromiseName, seen: readonly string[]): void {
    this.violations.push(...seen.map((text) => ({ promise, seen: text })))
  }

  *#newSteps(): Generator<Step> {
    for (const run of this.evidence.runs) {
      let before = this.#folded.get(run.id) ?? null
      for (const fact of run.facts.slice(before?.seq ?? 0)) {
        const after = reduce(before, fact)
        if (before !== null) yield { before, fact, after }
        before = after
      }
      if (before !== null) this.#folded.set(run.id, before)
    }
  }
}
