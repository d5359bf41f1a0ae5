import type { LimitNotice } from '../../../src/core/session.js'
import type { Dice } from './dice.js'
import type { VirtualClock } from './virtual-clock.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The agent's account: its window closes now and then, and what it says of the reset is not always true. */
export class Account {
  #closedUntil = 0
  #honesty = 'right'

  constructor(
    private readonly clock: VirtualClock,
    private readonly dice: Dice,
    private limits: number,
  ) {}

  get isClosed(): boolean {
    return this.clock.elapsed < this.#closedUntil
  }

  /** @returns false when it has closed often enough */
  close(): boolean {
    if (this.limits <= 0) return false
    this.limits--
    this.#honesty = this.dice.weighed({ right: 5, early: 1, late: 1, past: 1.5, missing: 1.5, absurd: 1 })
    const long = this.#honesty === 'right' ? this.dice.pick([hour, 5 * hour, 6 * day]) : 2 * hour
    this.#closedUntil = this.clock.elapsed + this.dice.whole(minute, long)
    return true
  }

  /** Opens it for good. */
  open(): void {
    this.limits = 0
    this.#closedUntil = 0
  }

  notice(): LimitNotice {
    return { resetsAt: this.#told(this.clock.now() + this.#closedUntil - this.clock.elapsed), window: this.dice.pick(['five_hour', null]) }
  }

  #told(truth: number): number | null {
    switch (this.#honesty) {
      case 'early':
        return truth - this.dice.whole(0, hour)
      case 'late':
        return truth + this.dice.whole(0, day)
      case 'past':
        return this.clock.now() - this.dice.whole(1, day)
      case 'missing':
        return null
      case 'absurd':
        return this.dice.pick([0, Number.NaN, Number.POSITIVE_INFINITY, this.clock.now() + 400 * day])
      default:
        return truth
    }
  }
}
