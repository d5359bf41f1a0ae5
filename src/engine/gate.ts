import type { AccountName } from '../core/account.js'
import type { SessionOutcome } from '../core/session.js'
import { AccountDoor, type AccountDoorNeeds, type Announced, type Start } from './account-door.js'
import type { Visit } from './channel.js'
import type { Disk } from './ports/machine.js'
import type { Reservation, Reservations } from './reservations.js'

/** A session that may start. Whoever was given one must tell how it ended. */
export interface Admission {
  /** Who pays. */
  readonly account: AccountName
  /** Aborted when the session must end to give memory back. */
  readonly evicted: AbortSignal
  /** Whether the account is still open: others may have met its limit meanwhile. */
  isOpen(): boolean
  /** The model has answered: the account is open and the service serves. */
  answered(): void
  /** @param outcome null: it was not started after all */
  ended(outcome: SessionOutcome | null): Promise<void>
}

/** Where every start of a session waits: for an account that is open, for the machine, and for its own turn after a failure. */
export interface Gate {
  /** @returns null when the run is stopping and it must not start */
  admit(start: Start): Promise<Admission | null>
  /** Closes an account at once, while the fact is still on its way to the disk. */
  close(account: AccountName, limit: Announced): void
}

interface GateNeeds extends AccountDoorNeeds {
  readonly disk: Disk
  readonly reservations: Pick<Reservations, 'reserve'>
}

/** Through the door of an account. */
interface Passed {
  readonly account: AccountName
  readonly visit: Visit
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

  const admission = ({ account, visit }: Passed, reservation: Reservation): Admission => ({
    account,
    evicted: reservation.evicted,
    isOpen: () => door.isOpen(account),
    answered() {
      // What cannot be saved stops the run where it is saved next.
      answered(account, visit).catch(() => undefined)
    },
    async ended(outcome) {
      if (outcome?.kind === 'finished') await answered(account, visit)
      if (outcome?.kind === 'failed' && outcome.failure.reason === 'service-unavailable') visit.overloaded()
      visit.leave()
      reservation.release()
      await door.changed(account)
    },
  })

  return {
    async admit(start) {
      await passRetryDelay(start)
      for (;;) {
        const passed = await door.pass(start)
        if (await needs.disk.isFull())
          needs.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: needs.disk.path } })
        if (passed === null) return null
        const reservation = await needs.reservations.reserve(start)
        // It may have closed again while the disk was looked at or the machine was waited for.
        if (reservation !== null && !needs.halt.soft.aborted && door.isOpen(passed.account)) return admission(passed, reservation)
        reservation?.release()
        passed.visit.leave()
        if (needs.halt.soft.aborted) return null
      }
    },
    close: (account, limit) => door.close(account, limit),
  }
}
