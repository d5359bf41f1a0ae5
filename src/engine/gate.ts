import type { AccountName } from '../core/account.js'
import type { SessionOutcome } from '../core/session.js'
import { AccountDoor, type AccountDoorNeeds, type Start } from './account-door.js'
import type { Visit } from './channel.js'
import type { Disk } from './ports.js'

/** A session that may start. Whoever was given one must tell how it ended. */
export interface Admission {
  /** Who pays. */
  readonly account: AccountName
  /** The model has answered: the account is open and the service serves. */
  answered(): void
  /** @param outcome null: it was not started after all */
  ended(outcome: SessionOutcome | null): Promise<void>
}

/** Where every start of a session waits: for an account that is open, and for its own turn after a failure. */
export interface Gate {
  /** @returns null when the run is stopping and it must not start */
  admit(start: Start): Promise<Admission | null>
}

interface GateNeeds extends AccountDoorNeeds {
  readonly disk: Disk
}

export function openGate(needs: GateNeeds): Gate {
  const door = new AccountDoor(needs)

  async function passRetryDelay({ task, notBefore }: Start): Promise<void> {
    if (notBefore <= needs.clock.now()) return
    needs.listener.progressed({ type: 'waiting', task, reason: 'retry', until: notBefore, detail: 'before the next try' })
    await needs.clock.sleepUntil(notBefore, needs.halt.soft)
  }

  async function answered(account: AccountName, visit: Visit): Promise<void> {
    if (!visit.answered()) return
    await door.gotThrough(account)
    await door.changed(account)
  }

  const admission = (account: AccountName, visit: Visit): Admission => ({
    account,
    answered() {
      // What cannot be saved stops the run where it is saved next.
      answered(account, visit).catch(() => undefined)
    },
    async ended(outcome) {
      if (outcome?.kind === 'finished') await answered(account, visit)
      if (outcome?.kind === 'failed' && outcome.failure.reason === 'service-unavailable') visit.overloaded()
      visit.leave()
      await door.changed(account)
    },
  })

  return {
    async admit(start) {
      await passRetryDelay(start)
      const passed = await door.pass(start)
      if (await needs.disk.isFull()) needs.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: needs.disk.path } })
      if (passed === null) return null
      if (!needs.halt.soft.aborted) return admission(passed.account, passed.visit)
      passed.visit.leave()
      return null
    },
  }
}
