import { afterAnswer, afterOverload, probing, type Window, wholeSessions } from '../core/policy/concurrency.js'

/** One account's sessions that run now, and how many it bears. */
export class Channel {
  #window: Window | null = null
  #running = 0
  /** Sessions of an earlier one say nothing about the window of now: one storm is answered once. */
  #epoch = 0
  #told: number | null = null

  /** @param most as many sessions at a time as are configured */
  constructor(private readonly most: number) {}

  get hasRoom(): boolean {
    return this.#window === null || this.#running < wholeSessions(this.#window)
  }

  /** One session must show first that the account is open again. */
  probe(): void {
    this.#window = probing
    this.#epoch++
  }

  enter(): Visit {
    const epoch = this.#epoch
    let hasAnswered = false
    let isOver = false
    this.#running++
    return {
      answered: () => {
        if (hasAnswered) return false
        hasAnswered = true
        if (epoch === this.#epoch && this.#window !== null) this.#window = afterAnswer(this.#window, this.most)
        return true
      },
      overloaded: () => {
        if (epoch !== this.#epoch) return
        const borne = this.#window === null ? this.#running : Math.min(this.#running, wholeSessions(this.#window))
        this.#window = this.most === 1 ? null : afterOverload(borne)
        this.#epoch++
      },
      leave: () => {
        if (!isOver) this.#running--
        isOver = true
      },
    }
  }

  /** How many it bears, when that has changed since it was last asked for; null: as many as configured. */
  news(): { readonly sessions: number | null } | null {
    const sessions = this.#window === null ? null : wholeSessions(this.#window)
    if (sessions === this.#told) return null
    this.#told = sessions
    return { sessions }
  }
}

/** One session's time on an account. */
export interface Visit {
  /** @returns whether this is its first answer */
  answered(): boolean
  overloaded(): void
  leave(): void
}
