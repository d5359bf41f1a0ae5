import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import type { MachineSample } from '../core/machine.js'
import { type Claim, type Hold, holdFor, memoryLevel } from '../core/policy/admission.js'
import { expectedNeed, type Peak } from '../core/policy/need.js'
import { nextStart } from '../core/policy/ramp.js'
import type { SessionStep } from '../core/session.js'
import { anyOf, Bell } from './bell.js'
import type { Halt } from './halt.js'
import { type Load, MachineLoad } from './machine-load.js'
import { MemoryRelief, type Relievable } from './memory-relief.js'
import type { Agent } from './ports/agent.js'
import type { Clock } from './ports/clock.js'
import type { Journal } from './ports/journal.js'
import type { Disk, Machine, SessionPeaks } from './ports/machine.js'

/** Room that is kept for one session until it is released. */
export interface Reservation {
  /** Aborted when the session must end to give memory back. */
  readonly evicted: AbortSignal
  release(): void
}

interface ReservationNeeds {
  readonly machine: Machine
  readonly disk: Pick<Disk, 'path'>
  readonly peaks: SessionPeaks
  readonly agent: Pick<Agent, 'freeze' | 'thaw'>
  readonly journal: Journal
  readonly clock: Clock
  readonly halt: Halt
  readonly resources: Config['resources']
  readonly spawnPerMinute: number | null
}

/** One session that has room, from before it starts until it has ended. */
interface Seat extends Relievable {
  readonly step: SessionStep
  /** Bytes. */
  readonly need: number
  peak: Peak
  uses: number
}

/** One start that waits. */
interface Waiter {
  readonly task: WorkId
  /** What was last told of it, and when (epoch ms). */
  told: { readonly on: string; readonly detail: string; readonly at: number } | null
}

/** What is told of a wait is told again when it has changed, but not more often. */
const toldAgainMs = 5 * 60_000

/**
 * Gives each session its room before it starts, so that two never count on the same free memory; and takes it back from the youngest
 * when the machine runs out all the same.
 */
export class Reservations {
  readonly #seats = new Set<Seat>()
  readonly #queue: Waiter[] = []
  /** Rung at each look, and when another one has passed. */
  readonly #bell = new Bell()
  #starts: readonly number[] = []
  readonly #load: MachineLoad
  readonly #relief: MemoryRelief

  constructor(private readonly needs: ReservationNeeds) {
    this.#load = new MachineLoad(needs, (load) => this.#heard(load))
    this.#relief = new MemoryRelief({ ...needs, sessionOf: (task) => this.#sessionOf(task) })
    needs.halt.soft.addEventListener('abort', () => this.#bell.ring(), { once: true })
  }

  /** Waits for its turn and for room. @returns null when the run is stopping and it must not start */
  async reserve({ task, step }: { readonly task: WorkId; readonly step: SessionStep }): Promise<Reservation | null> {
    const waiter: Waiter = { task, told: null }
    this.#queue.push(waiter)
    this.#load.watch()
    try {
      const need = await this.#turn(waiter, step)
      return need === null ? null : this.#seat(task, step, need)
    } finally {
      this.#queue.splice(this.#queue.indexOf(waiter), 1)
      this.#bell.ring()
      this.#rest()
    }
  }

  /** @returns what it is expected to need, in bytes, when it may start this very moment */
  async #turn(waiter: Waiter, step: SessionStep): Promise<number | null> {
    const { halt, peaks, resources, clock, spawnPerMinute } = this.needs
    while (!halt.soft.aborted) {
      // Taken before the look: what happens while it is looked and told must not be missed.
      const change = anyOf(this.#bell.signal)
      const load = await this.#load.recent()
      const now = clock.now()
      const notBefore = nextStart(this.#starts, spawnPerMinute, now)
      const need = expectedNeed(peaks.of(step), resources.perTaskMemory).memory
      const hold = this.#holdFor(waiter, need, load)
      if (hold === null && notBefore <= now) return need
      if (hold !== null) {
        await this.#tell(waiter, hold)
        if (hold.on === 'disk' && this.#seats.size === 0) this.#giveUpForDisk(hold)
        await change
      } else await clock.sleepUntil(notBefore, halt.soft)
    }
    return null
  }

  /** In the order in which they came: a large one would wait for ever, if small ones might pass it. */
  #holdFor(waiter: Waiter, need: number, { sample, crossed }: Load): Hold | null {
    const claims: Claim[] = [...this.#seats]
    const own = holdFor(need, { sample, crossed, claims }, this.needs.resources)
    const [first] = this.#queue
    if (own !== null || first === undefined || first === waiter) return own
    return first.told === null
      ? { on: 'memory', detail: `after ${first.task}` }
      : { on: 'memory', detail: `after ${first.task}: ${first.told.detail}` }
  }

  #seat(task: WorkId, step: SessionStep, need: number): Reservation {
    const none = { memory: 0, processors: 0 }
    const seat: Seat = { task, step, need, eviction: new AbortController(), peak: none, uses: 0, frozenSince: null, unfreezable: false }
    this.#seats.add(seat)
    this.#starts = [...this.#starts, this.needs.clock.now()].slice(-(this.needs.spawnPerMinute ?? 1))
    return { evicted: seat.eviction.signal, release: () => this.#release(seat) }
  }

  #release(seat: Seat): void {
    if (!this.#seats.delete(seat)) return
    if (seat.peak.memory > 0) void this.needs.peaks.learn(seat.step, seat.peak)
    // Those who wait need not wait for the next look as well.
    if (this.#queue.length > 0) void this.#load.look().catch((bug: unknown) => this.#giveUp(bug))
    this.#rest()
  }

  #rest(): void {
    if (this.#seats.size === 0 && this.#queue.length === 0) this.#load.unwatch()
  }

  #heard({ sample, crossed }: Load): void {
    for (const seat of this.#seats) this.#measure(seat, sample)
    this.#bell.ring()
    const running = [...this.#seats].filter((seat) => this.#sessionOf(seat.task) !== null)
    const level = memoryLevel(sample, this.needs.resources, crossed)
    void this.#relief.heard(running, level, sample).catch((bug: unknown) => this.#giveUp(bug))
  }

  /** Nothing can be saved or seen any more: what runs must not go on unseen. */
  #giveUp(bug: unknown): void {
    this.needs.halt.requestNow({ ending: 'surroundings', failure: { reason: 'internal', detail: String(bug) } })
  }

  /** Memory comes back when other programs end; a disk is emptied by a person. With no session under way nothing is left to wait for. */
  #giveUpForDisk({ detail }: Hold): void {
    const { halt, disk } = this.needs
    halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: disk.path, detail } })
  }

  #measure(seat: Seat, sample: MachineSample): void {
    const use = sample.sessions[this.#sessionOf(seat.task) ?? '']
    if (use === undefined) return
    seat.uses = use.memory
    seat.peak = { memory: Math.max(seat.peak.memory, use.memory), processors: Math.max(seat.peak.processors, use.processors) }
  }

  /** The session that runs for a task; null: it has not begun yet. */
  #sessionOf(task: WorkId): string | null {
    const open = this.needs.journal.state.work[task]?.open
    return open?.running === true ? open.session : null
  }

  async #tell(waiter: Waiter, hold: Hold): Promise<void> {
    const at = this.needs.clock.now()
    const { told } = waiter
    const isNews = told === null || told.on !== hold.on || (told.detail !== hold.detail && at - told.at >= toldAgainMs)
    if (!isNews) return
    waiter.told = { ...hold, at }
    await this.needs.journal.record({ type: 'start-held', task: waiter.task, detail: hold.detail })
  }
}
