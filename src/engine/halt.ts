import type { RunEnding } from '../core/fact.js'
import type { Failure } from '../core/failure.js'

export interface HaltReason {
  readonly ending: RunEnding
  readonly failure: Failure
}

/**
 * Stopping has two strengths. Soft: nothing new starts, what runs goes on to its end. Hard: sessions and commands
 * are ended as well. The first reason given stands.
 */
export class Halt {
  #reason: HaltReason | null = null
  readonly #soft = new AbortController()
  readonly #hard = new AbortController()

  get reason(): HaltReason | null {
    return this.#reason
  }

  /** Aborted as soon as nothing new may start. */
  get soft(): AbortSignal {
    return this.#soft.signal
  }

  /** Aborted when what runs must end. */
  get hard(): AbortSignal {
    return this.#hard.signal
  }

  request(reason: HaltReason): void {
    this.#reason ??= reason
    this.#soft.abort()
  }

  requestNow(reason: HaltReason): void {
    this.request(reason)
    this.#hard.abort()
  }
}
