import type { VirtualClock } from './virtual-clock.js'

/** What happened, in order: the same seed must always give the same lines. */
export class EventLog {
  readonly lines: string[] = []

  constructor(private readonly clock: VirtualClock) {}

  /** @param text what happened; the seconds since the beginning are put before it */
  add(text: string): void {
    this.lines.push(`${(this.clock.elapsed / 1000).toFixed(3).padStart(12)} ${text}`)
  }
}
