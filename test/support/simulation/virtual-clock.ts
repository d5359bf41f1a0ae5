import type { Clock } from '../../../src/engine/ports.js'

/** Time that jumps to the next sleeper as soon as nothing else can happen. Deterministic: equal instants wake in the order of the calls. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  readonly #sleepers: { at: number; order: number; wake: () => void }[] = []
  #pumping = false

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  /** Sets the wall clock, as a laptop's sleep or a correction does. */
  jump(byMs: number): void {
    this.#now += byMs
  }

  sleepUntil(epochMs: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const aborted = () => this.#drop(sleeper)
      const wake = () => {
        stop.removeEventListener('abort', aborted)
        resolve()
      }
      const sleeper = { at: epochMs, order: this.#order++, wake }
      this.#sleepers.push(sleeper)
      stop.addEventListener('abort', aborted, { once: true })
      this.#pump()
    })
  }

  #drop(sleeper: { at: number; order: number; wake: () => void }): void {
    const at = this.#sleepers.indexOf(sleeper)
    if (at === -1) return
    this.#sleepers.splice(at, 1)
    sleeper.wake()
  }

  /** A macrotask later every microtask has run: whoever could act without time has acted. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.#sleepers.shift()
      if (next === undefined) return
      this.#now = Math.max(this.#now, next.at)
      next.wake()
      if (this.#sleepers.length > 0) this.#pump()
    })
  }
}
