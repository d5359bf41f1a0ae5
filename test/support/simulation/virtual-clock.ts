import type { Clock } from '../../../src/engine/ports/clock.js'

interface Sleeper {
  readonly at: number
  /** Waits for what the clock on the wall shows, and no longer than it would have taken; the others wait until that much time has really passed. */
  readonly byWall: boolean
  readonly latest: number
  readonly order: number
  readonly owner: object | null
  readonly wake: () => void
}

const never = new AbortController().signal

/**
 * Time that jumps to the next sleeper as soon as nothing else can happen. Deterministic: equal instants wake in the order of the calls.
 * The clock on the wall may be set; what has passed since the beginning may not.
 */
export class VirtualClock implements Clock {
  #elapsed = 0
  #wall: number
  #order = 0
  #sleepers: Sleeper[] = []
  #pumping = false
  /** Called when nobody sleeps any more and nobody could act: whoever still waits for something waits in vain. */
  idle: () => void = () => undefined

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#wall = start
  }

  now(): number {
    return this.#wall + this.#elapsed
  }

  /** Milliseconds since the beginning, whatever the clock on the wall was set to. */
  get elapsed(): number {
    return this.#elapsed
  }

  /** Sets the wall clock, as a laptop's sleep or a correction does. */
  jump(byMs: number): void {
    this.#wall += byMs
  }

  sleepUntil(epochMs: number, stop: AbortSignal, owner: object | null = null): Promise<void> {
    return this.#sleep({ at: epochMs, byWall: true, owner }, stop)
  }

  /** Resolves when that much time has passed, or as soon as `stop` is aborted. */
  pass(ms: number, owner: object | null = null, stop: AbortSignal = never): Promise<void> {
    return this.#sleep({ at: this.#elapsed + ms, byWall: false, owner }, stop)
  }

  /** Looks whether anybody sleeps. */
  start(): void {
    this.#pump()
  }

  /** What slept on somebody's behalf is never woken: they are dead. */
  forget(owner: object): void {
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.owner !== owner)
  }

  #sleep(how: Pick<Sleeper, 'at' | 'byWall' | 'owner'>, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const aborted = () => this.#drop(sleeper)
      const wake = () => {
        if (stop !== never) stop.removeEventListener('abort', aborted)
        resolve()
      }
      const latest = how.byWall ? this.#elapsed + Math.max(0, how.at - this.now()) : how.at
      const sleeper: Sleeper = { ...how, latest, order: this.#order++, wake }
      this.#sleepers.push(sleeper)
      if (stop !== never) stop.addEventListener('abort', aborted, { once: true })
      this.#pump()
    })
  }

  #drop(sleeper: Sleeper): void {
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
      const next = this.#takeNext()
      if (next === null) {
        this.idle()
        return
      }
      this.#elapsed = Math.max(this.#elapsed, this.#due(next))
      next.wake()
      this.#pump()
    })
  }

  #due(sleeper: Sleeper): number {
    return sleeper.byWall ? Math.min(sleeper.latest, sleeper.at - this.#wall) : sleeper.at
  }

  #takeNext(): Sleeper | null {
    let best: Sleeper | null = null
    for (const sleeper of this.#sleepers) {
      const earlier = best === null ? -1 : this.#due(sleeper) - this.#due(best)
      if (best === null || earlier < 0 || (earlier === 0 && sleeper.order < best.order)) best = sleeper
    }
    if (best !== null) this.#sleepers.splice(this.#sleepers.indexOf(best), 1)
    return best
  }
}
