import { StoreError } from '../../../src/adapters/store/store-error.js'
import type { Fact, RecordedFact } from '../../../src/core/fact.js'
import { reduce } from '../../../src/core/run-fold.js'
import type { RunState } from '../../../src/core/run-state.js'
import type { Clock } from '../../../src/engine/ports/clock.js'
import type { Journal } from '../../../src/engine/ports/journal.js'
import type { Life } from './life.js'

interface JournalNeeds {
  readonly run: string
  /** What is on the disk; grows. */
  readonly facts: RecordedFact[]
  readonly life: Life
  readonly clock: Clock
  readonly diskIsFull: () => boolean
  /** Told after the save. */
  readonly saved: (fact: RecordedFact, state: RunState) => void
}

/** A journal with the promises of the real one: in the order of the calls, saved before told, and silent for ever after a failed save. */
export class MemoryJournal implements Journal {
  #saved: RunState | null
  #expected: RunState | null
  #last: Promise<unknown> = Promise.resolve()
  #broken: StoreError | null = null

  constructor(private readonly needs: JournalNeeds) {
    this.#saved = needs.facts.reduce<RunState | null>(reduce, null)
    this.#expected = this.#saved
  }

  get state(): RunState {
    if (this.#saved === null) throw new Error('the run has not begun')
    return this.#saved
  }

  async record(fact: Fact): Promise<RunState> {
    const { run, clock } = this.needs
    const stamp = { seq: (this.#expected?.seq ?? 0) + 1, at: new Date(clock.now()).toISOString(), run }
    const recorded: RecordedFact = { ...stamp, ...fact }
    const state = reduce(this.#expected, recorded)
    this.#expected = state
    const mine = this.#last.then(() => this.#append(recorded, state))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #append(fact: RecordedFact, state: RunState): Promise<RunState> {
    const { life, facts, diskIsFull, saved } = this.needs
    return life.deed(`saving ${fact.type}`, () => {
      if (this.#broken === null && diskIsFull()) this.#broken = new StoreError({ reason: 'disk-full', path: 'facts.ndjson' })
      if (this.#broken !== null) throw this.#broken
      facts.push(fact)
      this.#saved = state
      saved(fact, state)
      return state
    })
  }
}
