import type { Account, AccountName } from '../core/account.js'
import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import { type AccountDecision, chooseAccount } from '../core/policy/choose-account.js'
import type { ClosedLimit, RunState } from '../core/run-state.js'
import type { SessionOutcome, SessionStep } from '../core/session.js'
import type { Halt } from './halt.js'
import type { Clock, Disk, Journal, Listener } from './ports.js'
import type { Reservation, Reservations } from './reservations.js'

/** A session that wants to start. */
export interface Start {
  readonly task: WorkId
  /** Epoch ms before which it must not. */
  readonly notBefore: number
  /** The account whose conversation it goes on with; null: it begins a new one. */
  readonly conversationOf: AccountName | null
  readonly step: SessionStep
}

/** A session that may start. Whoever was given one must tell how it ended; null: it was not started after all. */
export interface Admission {
  /** Who pays. */
  readonly account: AccountName
  /** Aborted when the session must end to give memory back. */
  readonly evicted: AbortSignal
  /** Whether the account is still open: others may have met its limit meanwhile. */
  isOpen(): boolean
  /** The model has answered: the account is open and the service serves. */
  answered(): void
  ended(outcome: SessionOutcome | null): void
}

/** Where every start of a session waits: for an account that is open, for the machine, and for its own turn after a failure. */
export interface Gate {
  /** @returns null when the run is stopping and it must not start */
  admit(start: Start): Promise<Admission | null>
  /** Closes an account at once, while the fact is still on its way to the disk. */
  close(account: AccountName, limit: Announced): void
}

/** A limit that was met just now. `until`: epoch milliseconds. */
type Announced = Pick<ClosedLimit, 'until' | 'window'>

interface GateNeeds {
  readonly accounts: readonly Account[]
  readonly journal: Journal
  readonly clock: Clock
  readonly listener: Listener
  readonly halt: Halt
  readonly rateLimit: Config['rateLimit']
  readonly noWait: boolean
  readonly disk: Disk
  readonly reservations: Pick<Reservations, 'reserve'>
}

export function openGate(needs: GateNeeds): Gate {
  const lifting = new Map<AccountName, Promise<RunState>>()
  const announced = new Map<AccountName, Announced>()

  const limitOf = (account: AccountName): Announced | undefined => {
    const [saved, said] = [needs.journal.state.limits[account], announced.get(account)]
    return said !== undefined && said.until > (saved?.until ?? 0) ? said : saved
  }

  const isOpen = (account: AccountName): boolean => (limitOf(account)?.until ?? 0) <= needs.clock.now()

  /** Once for all who wait. */
  async function lift(account: AccountName): Promise<void> {
    announced.delete(account)
    const lifted = lifting.get(account) ?? needs.journal.record({ type: 'limit-lifted', account })
    lifting.set(account, lifted)
    await lifted
    lifting.delete(account)
  }

  const decide = ({ conversationOf }: Start): AccountDecision => {
    const closedUntil = (name: AccountName): number | null => limitOf(name)?.until ?? null
    return chooseAccount({ accounts: needs.accounts, closedUntil, last: needs.journal.state.account, conversationOf }, needs.clock.now())
  }

  async function passLimits(start: Start): Promise<AccountName | null> {
    while (!needs.halt.soft.aborted) {
      const decision = decide(start)
      const { account } = decision
      if (decision.kind === 'start') {
        if (limitOf(account) === undefined) return account
        await lift(account)
      } else if (isTooLong(decision.until)) pause(decision.until)
      else {
        const detail = limitOf(account)?.window ?? 'limit'
        needs.listener.progressed({ type: 'waiting', task: start.task, reason: 'limit', until: decision.until, detail })
        await needs.clock.sleepUntil(decision.until, needs.halt.soft)
      }
    }
    return null
  }

  const isTooLong = (until: number): boolean => needs.noWait || until - needs.clock.now() > needs.rateLimit.maxWaitMs

  function pause(until: number): void {
    needs.halt.request({ ending: 'paused', failure: { reason: 'limit-reached', until: new Date(until).toISOString() } })
  }

  async function passRetryDelay({ task, notBefore }: Start): Promise<void> {
    if (notBefore <= needs.clock.now()) return
    needs.listener.progressed({ type: 'waiting', task, reason: 'retry', until: notBefore, detail: 'before the next try' })
    await needs.clock.sleepUntil(notBefore, needs.halt.soft)
  }

  const admission = (account: AccountName, reservation: Reservation): Admission => ({
    account,
    evicted: reservation.evicted,
    isOpen: () => isOpen(account),
    answered: () => undefined,
    ended: () => reservation.release(),
  })

  return {
    async admit(start) {
      await passRetryDelay(start)
      for (;;) {
        const account = await passLimits(start)
        if (await needs.disk.isFull())
          needs.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: needs.disk.path } })
        const reservation = account === null ? null : await needs.reservations.reserve(start)
        if (account === null || reservation === null) return null
        // It may have closed again while the disk was looked at or the machine was waited for.
        if (isOpen(account)) return admission(account, reservation)
        reservation.release()
      }
    },
    close(account, limit) {
      announced.set(account, limit)
    },
  }
}
