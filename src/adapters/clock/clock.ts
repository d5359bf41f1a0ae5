import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../engine/ports/clock.js'

/** A timer counts no time while the machine is suspended, and one above 2^31-1 ms fires at once: so waits look at the clock this often. */
export const longestNapMs = 30_000

/** How long to nap before looking at the clock again; 0: the instant has come. */
export const nextNap = (now: number, until: number): number => Math.max(0, Math.min(longestNapMs, until - now))

/** The wall clock. What is left of a wait is also counted by a clock that nobody sets: setting this one back makes no wait longer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleepUntil(epochMs, stop) {
    const latest = performance.now() + Math.max(0, epochMs - Date.now())
    const nap = (): number => Math.min(nextNap(Date.now(), epochMs), Math.max(0, latest - performance.now()))
    for (let next = nap(); next > 0 && !stop.aborted; next = nap())
      await pause(Math.ceil(next), undefined, { signal: stop }).catch((error: unknown) => {
        if (!stop.aborted) throw error
      })
  },
}
