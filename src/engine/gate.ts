import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import { farthestReset } from '../core/policy/limit.js'
import type { ClosedLimit, RunState } from '../core/run-state.js'
import type { Halt } from './halt.js'
import type { Clock, Disk, Journal, Listener } from './ports.js'

/** Where every start of a session waits: for an account's limit, and for its own turn after a failure. */
export interface Gate {
  /** @returns false when the run is stopping and it must not start */
  admit(task: WorkId, notBefore: number): Promise<boolean>
  /** Closes it at once, while the fact is still on its way to the disk. */
  close(limit: Announced): void
}

/** A limit that was met just now. `until`: epoch milliseconds. */
type Announced = Pick<ClosedLimit, 'until' | 'window'>

interface GateNeeds {
  readonly journal: Journal
  readonly clock: Clock
  readonly listener: Listener
  readonly halt: Halt
  readonly rateLimit: Config['rateLimit']
  readonly noWait: boolean
  readonly disk: Disk
}

export function openGate(needs: GateNeeds): Gate {
  let lifting: Promise<RunState> | null = null
  let announced: Announced | null = null
  const limitNow = (): Announced | null => {
    const saved = needs.journal.state.limit
    return announced !== null && announced.until > (saved?.until ?? 0) ? announced : saved
  }

  /** Once for all who wait. */
  async function lift(): Promise<void> {
    announced = null
    lifting ??= needs.journal.record({ type: 'limit-lifted' })
    await lifting
    lifting = null
  }

  async function passLimit(task: WorkId): Promise<void> {
    for (let limit = limitNow(); limit !== null && !needs.halt.soft.aborted; limit = limitNow()) {
      if (isOver(limit)) {
        await lift()
        continue
      }
      if (isTooLong(limit)) {
        pause(limit)
        return
      }
      const detail = limit.window ?? 'limit'
      needs.listener.progressed({ type: 'waiting', task, reason: 'limit', until: limit.until, detail })
      await needs.clock.sleepUntil(limit.until, needs.halt.soft)
    }
  }

  /** No window lasts that long: the clock was set back since, and nobody knows any more when it ends. */
  const isOver = ({ until }: Announced): boolean =>
    until <= needs.clock.now() || until - needs.clock.now() > farthestReset + needs.rateLimit.marginMs

  const isTooLong = (limit: Announced): boolean => needs.noWait || limit.until - needs.clock.now() > needs.rateLimit.maxWaitMs

  function pause(limit: Announced): void {
    needs.halt.request({ ending: 'paused', failure: { reason: 'limit-reached', until: new Date(limit.until).toISOString() } })
  }

  async function passRetryDelay(task: WorkId, notBefore: number): Promise<void> {
    if (notBefore <= needs.clock.now()) return
    needs.listener.progressed({ type: 'waiting', task, reason: 'retry', until: notBefore, detail: 'before the next try' })
    await needs.clock.sleepUntil(notBefore, needs.halt.soft)
  }

  return {
    async admit(task, notBefore) {
      await passRetryDelay(task, notBefore)
      // It may close again while the disk is looked at.
      do {
        await passLimit(task)
        if (await needs.disk.isFull())
          needs.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: needs.disk.path } })
      } while (limitNow() !== null && !needs.halt.soft.aborted)
      return !needs.halt.soft.aborted
    },
    close(limit) {
      announced = limit
    },
  }
}
