export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves at the instant, however far, or as soon as `stop` is aborted; and when the clock is set back, after as long as it would have taken. */
  sleepUntil(epochMs: number, stop: AbortSignal): Promise<void>
}
