import type { Account, AccountName } from '../core/account.js'
import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import { type AccountDecision, chooseAccount } from '../core/policy/choose-account.js'
import { farthestReset } from '../core/policy/limit.js'
import type { ClosedLimit } from '../core/run-state.js'
import type { SessionStep } from '../core/session.js'
import { anyOf, Bell } from './bell.js'
import { Channel, type Visit } from './channel.js'
import type { Halt } from './halt.js'
import type { Clock } from './ports/clock.js'
import type { Journal } from './ports/journal.js'
import type { Listener } from './ports/listener.js'
import type { SharedLimits } from './ports/shared-limits.js'

export interface AccountDoorNeeds {
  /** In the order in which they take turns. */
  readonly accounts: readonly Account[]
  /** Sessions at a time on one account. */
  readonly concurrency: number
  readonly journal: Journal
  readonly sharedLimits: SharedLimits
  readonly clock: Clock
  readonly listener: Listener
  readonly halt: Halt
  readonly rateLimit: Config['rateLimit']
  /** Epoch ms beyond which no limit is waited for; null: no such instant. */
  readonly waitsUntil: number | null
  readonly noWait: boolean
}

/** A session that wants to start. */
export interface Start {
  readonly task: WorkId
  /** Epoch ms before which it must not. */
  readonly notBefore: number
  /** The account whose conversation it goes on with; null: it begins a new one. */
  readonly conversationOf: AccountName | null
  readonly step: SessionStep
}

/** A limit that was met just now. `until`: epoch milliseconds. */
export type Announced = Pick<ClosedLimit, 'until' | 'window'>

/** How often a run that waits looks at the clock and at what other runs on this machine have found out. */
const lookEvery = 60_000
/** How often it looks whether the run that tries first has got through. */
const askEvery = 5000

/** Where sessions wait for an account that is open and has room for one more. */
export class AccountDoor {
  readonly #channels = new Map<AccountName, Channel>()
  readonly #bell = new Bell()
  readonly #opening = new Map<AccountName, Promise<void>>()
  readonly #announced = new Map<AccountName, Announced>()
  #lastSeen: number

  constructor(private readonly needs: AccountDoorNeeds) {
    this.#lastSeen = needs.clock.now()
    for (const { name } of needs.accounts) this.#channels.set(name, new Channel(needs.concurrency))
  }

  /** @returns null when the run is stopping */
  async pass(start: Start): Promise<{ readonly account: AccountName; readonly visit: Visit } | null> {
    while (!this.needs.halt.soft.aborted) {
      await this.#heedClock()
      const decision = this.#decide(start)
      if (decision.kind === 'wait') {
        await this.#wait(start, decision)
        continue
      }
      const { account } = decision
      if (this.#limitOf(account) !== null) await this.#openOnce(account)
      else if (!(await this.#isClosedByOthers(account)) && this.isOpen(account) && this.#channel(account).hasRoom)
        return { account, visit: this.#channel(account).enter() }
    }
    return null
  }

  /** Closes an account at once, while the fact is still on its way to the disk. */
  close(account: AccountName, limit: Announced): void {
    this.#announced.set(account, limit)
  }

  /** No window lasts longer than the farthest reset: then the clock was set back since, and nobody knows any more when it ends. */
  isOpen(account: AccountName): boolean {
    const { clock, rateLimit } = this.needs
    const left = (this.#limitOf(account)?.until ?? 0) - clock.now()
    return left <= 0 || left > farthestReset + rateLimit.marginMs
  }

  /** A session got through. One that began before a sibling met a limit proves nothing. */
  async gotThrough(account: AccountName): Promise<void> {
    if (this.#limitOf(account) === null) await this.needs.sharedLimits.open(account)
  }

  /** To be called whenever sessions end or get an answer: others may have room now. */
  async changed(account: AccountName): Promise<void> {
    this.#bell.ring()
    const news = this.#channel(account).news()
    if (news !== null) await this.needs.journal.record({ type: 'concurrency-changed', account, ...news })
  }

  #decide({ conversationOf }: Start): AccountDecision {
    const { accounts, clock, journal } = this.needs
    const now = clock.now()
    const closedUntil = (name: AccountName): number | null => {
      if (!this.isOpen(name)) return this.#limitOf(name)?.until ?? null
      return this.#channel(name).hasRoom ? null : now + 1
    }
    return chooseAccount({ accounts, closedUntil, last: journal.state.account, conversationOf }, now)
  }

  /** What is known of its last limit, which may be over. */
  #limitOf(account: AccountName): Announced | null {
    const [saved, said] = [this.needs.journal.state.limits[account], this.#announced.get(account)]
    return said !== undefined && said.until > (saved?.until ?? 0) ? said : (saved ?? null)
  }

  async #wait(start: Start, { account, until }: AccountDecision & { kind: 'wait' }): Promise<void> {
    const { clock, halt, listener } = this.needs
    const limit = this.#limitOf(account)
    // Open, but without room: whoever is let in or out rings.
    if (limit === null || this.isOpen(account)) return anyOf(halt.soft, this.#bell.signal)
    if (this.#isTooLong(until)) {
      await this.#hearOthers(account)
      if (this.isOpen(account)) return
      halt.request({ ending: 'paused', failure: { reason: 'limit-reached', until: new Date(until).toISOString() } })
      return
    }
    listener.progressed({ type: 'waiting', task: start.task, reason: 'limit', until, detail: limit.window ?? 'limit' })
    await clock.sleepUntil(Math.min(until, clock.now() + lookEvery), AbortSignal.any([halt.soft, this.#bell.signal]))
    if (clock.now() < until) await this.#hearOthers(account)
  }

  #isTooLong(until: number): boolean {
    const { clock, noWait, rateLimit, waitsUntil } = this.needs
    return noWait || until - clock.now() > rateLimit.maxWaitMs || (waitsUntil !== null && until > waitsUntil)
  }

  /** Once for all who wait; of several runs on this machine one goes first. */
  async #openOnce(account: AccountName): Promise<void> {
    const opening = this.#opening.get(account) ?? this.#open(account)
    this.#opening.set(account, opening)
    await opening.finally(() => this.#opening.delete(account))
  }

  async #open(account: AccountName): Promise<void> {
    const { clock, halt, journal, sharedLimits } = this.needs
    if (await this.#isClosedByOthers(account)) return
    if (!(await sharedLimits.tryFirst(account))) {
      await clock.sleepUntil(clock.now() + askEvery, halt.soft)
      return
    }
    this.#announced.delete(account)
    await journal.record({ type: 'limit-lifted', account })
    this.#channel(account).probe()
    await this.changed(account)
  }

  /** Another run, of this repository or another one, may have met a limit that this one has not. */
  async #isClosedByOthers(account: AccountName): Promise<boolean> {
    const { clock, journal, sharedLimits } = this.needs
    const said = await sharedLimits.read(account)
    const known = journal.state.limits[account]?.until ?? 0
    if (said?.kind !== 'closed' || said.until <= clock.now()) return false
    if (said.until > known) await journal.record({ type: 'limit-hit', account, until: said.until, window: said.window, guessed: false })
    return true
  }

  /** While this run waits, another one may have learned that the account is open already, or stays closed for longer. */
  async #hearOthers(account: AccountName): Promise<void> {
    const said = await this.needs.sharedLimits.read(account)
    const known = this.needs.journal.state.limits[account]
    if (said?.kind === 'opened' && known !== undefined && said.at > known.since) await this.#openOnce(account)
    else await this.#isClosedByOthers(account)
  }

  /** A clock that was set back makes no wait longer: what was left of it then is left of it now. */
  async #heedClock(): Promise<void> {
    const now = this.needs.clock.now()
    const back = this.#lastSeen - now
    this.#lastSeen = now
    if (back <= 0) return
    for (const [account, { until, window }] of Object.entries(this.needs.journal.state.limits)) {
      this.#announced.delete(account)
      await this.needs.journal.record({ type: 'limit-hit', account, until: until - back, window, guessed: false })
      await this.needs.sharedLimits.close(account, until - back, window)
    }
  }

  #channel(account: AccountName): Channel {
    const channel = this.#channels.get(account)
    if (channel === undefined) throw new Error(`Internal error: no account ${account}`)
    return channel
  }
}
