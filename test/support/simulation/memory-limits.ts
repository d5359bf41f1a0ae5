import type { Clock } from '../../../src/engine/ports/clock.js'
import type { SharedLimit, SharedLimits } from '../../../src/engine/ports/shared-limits.js'

/** What all runs on one machine know of the accounts, in memory. */
export class MemoryLimits {
  readonly #known = new Map<string, SharedLimit>()
  readonly #trying = new Map<string, string>()

  /** As one run sees it. */
  of(run: string, clock: Pick<Clock, 'now'>): SharedLimits {
    const settle = (account: string, limit: SharedLimit): Promise<void> => {
      this.#known.set(account, limit)
      if (this.#trying.get(account) === run) this.#trying.delete(account)
      return Promise.resolve()
    }
    return {
      read: (account) => Promise.resolve(this.#known.get(account) ?? null),
      close: (account, until, window) => settle(account, { kind: 'closed', until, window }),
      open: (account) => (this.#known.has(account) ? settle(account, { kind: 'opened', at: clock.now() }) : Promise.resolve()),
      tryFirst: (account) => {
        const first = this.#trying.get(account) ?? run
        this.#trying.set(account, first)
        return Promise.resolve(first === run)
      },
    }
  }
}
