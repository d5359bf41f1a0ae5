import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import type { ClosedLimit, RunState } from '../core/run-state.js'
import type { Halt } from './halt.js'
import type { Clock, Disk, Journal, Listener } from './ports.js'

/** Where every start of a session waits: for an account's limit, and for its own turn after a failure. */
export interface Gate {
  /** @returns false when the run is stopping and it must not start */
  admit(task: WorkId, notBefore: number): Promise<boolean>
}

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
  const limitNow = (): ClosedLimit | null => needs.journal.state.limit

  /** Once for all who wait. */
  async function lift(): Promise<void> {
    lifting ??= needs.journal.record({ type: 'limit-lifted' })
    await lifting
    lifting = null
  }

  async function passLimit(task: WorkId): Promise<void> {
    for (let limit = limitNow(); limit !== null && !needs.halt.soft.aborted; limit = limitNow()) {
      if (limit.until <= needs.clock.now()) return lift()
      if (isTooLong(limit)) {
        pause(limit)
        return
      }
      const detail = limit.window ?? 'limit'
      needs.listener.progressed({ type: 'waiting', task, reason: 'limit', until: limit.until, detail })
      await needs.clock.sleepUntil(limit.until, needs.halt.soft)
    }
  }

  const isTooLong = (limit: ClosedLimit): boolean => needs.noWait || limit.until - needs.clock.now() > needs.rateLimit.maxWaitMs

  function pause(limit: ClosedLimit): void {
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
      await passLimit(task)
      if (await needs.disk.isFull()) needs.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: needs.disk.path } })
      return !needs.halt.soft.aborted
    },
  }
}
