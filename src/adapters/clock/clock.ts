import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../engine/ports.js'

/** A timer counts no time while the machine is suspended, and one above 2^31-1 ms fires at once: so waits look at the clock this often. */
export const longestNapMs = 30_000

/** How long to nap before looking at the clock again; 0: the instant has come. */
export const nextNap = (now: number, until: number): number => Math.max(0, Math.min(longestNapMs, until - now))

/** The wall clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleepUntil(epochMs, stop) {
    for (let nap = nextNap(Date.now(), epochMs); nap > 0 && !stop.aborted; nap = nextNap(Date.now(), epochMs))
      await pause(nap, undefined, { signal: stop }).catch((error: unknown) => {
        if (!stop.aborted) throw error
      })
  },
}
