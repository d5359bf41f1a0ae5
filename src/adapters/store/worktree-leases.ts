import { createHash } from 'node:crypto'
import { lstat, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../core/config.js'
import type { WorkId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Leases } from '../../engine/ports/leases.js'
import { privateFolder } from './durable-file.js'
import { isStale, type Lease, LeaseBook } from './lease-book.js'
import { ownIdentity } from './process-identity.js'
import { StoreError } from './store-error.js'

export interface LeaseSetup {
  /** Where the book of leases lies: one for a person and a machine. */
  readonly folder: string
  readonly rules: Config['worktree']['leases']
  /** In which temporary folders are made. */
  readonly temporary: string
  readonly isFreePort: (port: number) => Promise<boolean>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Below the ports that systems give out by themselves (Linux from 32768, others from 49152), above those of common services. */
const portRange = { from: 20_000, to: 32_767 }

type Taken = Result<Readonly<Record<string, string>>, Failure>

/** Gives each worktree ports, a temporary folder and names of its own. */
export class WorktreeLeases implements Leases {
  readonly #taken = new Map<string, Promise<Taken>>()
  readonly #book: LeaseBook
  /** One change of the book after the other, so that this process does not wait for itself. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(private readonly setup: LeaseSetup) {
    this.#book = new LeaseBook(setup.folder, setup.now)
  }

  take(task: WorkId, place: string): Promise<Taken> {
    const known = this.#taken.get(place)
    if (known !== undefined) return known
    const taken = this.#take(task, place)
    this.#taken.set(place, taken)
    return taken
  }

  async release(place: string): Promise<void> {
    if (this.#taken.delete(place)) await this.#giveBack([place])
  }

  /** Everything that this process holds. */
  async releaseAll(): Promise<void> {
    const places = [...this.#taken.keys()]
    this.#taken.clear()
    if (places.length > 0) await this.#giveBack(places)
  }

  async #take(task: WorkId, place: string): Promise<Taken> {
    const { rules } = this.setup
    const names = Object.fromEntries(rules.names.map((name) => [name, nameFor(task, place)]))
    if (!this.#isBooked) return ok(names)
    try {
      const lease = await this.#inTurn(() => this.#book.change((leases) => this.#lease(leases, place)))
      if (lease === null) return err({ reason: 'lease-failed', detail: `no ${rules.ports} free ports in a row` })
      if (lease.temp !== null) await mkdir(lease.temp, { recursive: true, mode: privateFolder })
      return ok({ ...environmentOf(lease), ...names })
    } catch (error) {
      return err(error instanceof StoreError ? error.failure : { reason: 'lease-failed', detail: String(error) })
    }
  }

  /** Names follow from the worktree's path and need no book. */
  get #isBooked(): boolean {
    return this.setup.rules.ports > 0 || this.setup.rules.temp
  }

  async #lease(leases: readonly Lease[], place: string): Promise<{ leases: readonly Lease[]; result: Lease | null }> {
    const others = await this.#living(leases.filter((one) => one.place !== place))
    const firstPort = await this.#firstPort(
      others,
      place,
      leases.find((one) => one.place === place),
    )
    if (firstPort === null) return { leases: others, result: null }
    const { ports, temp } = this.setup.rules
    const { pid, startTime, bootId, host, realm } = await ownIdentity()
    const lease: Lease = {
      place,
      holder: { pid, startTime, bootId, host, realm },
      firstPort,
      ports,
      temp: temp ? path.join(this.setup.temporary, tempName(place)) : null,
    }
    return { leases: [...others, lease], result: lease }
  }

  /** What a killed orch left is free again, its temporary folders included. */
  async #living(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const living: Lease[] = []
    for (const one of leases) {
      if (await isStale(one)) await this.#removeTemp(one)
      else living.push(one)
    }
    return living
  }

  /** The ports that the worktree had before, else those that its path leads to, else the next free ones. Null: there are none. */
  async #firstPort(others: readonly Lease[], place: string, before: Lease | undefined): Promise<number | null> {
    const { ports } = this.setup.rules
    if (ports === 0) return 0
    const blocks = Math.floor((portRange.to - portRange.from + 1) / ports)
    const start = Number.parseInt(hashOf(place).slice(0, 8), 16) % blocks
    const inOrder = Array.from({ length: blocks }, (_, i) => portRange.from + ((start + i) % blocks) * ports)
    for (const first of before?.ports === ports ? [before.firstPort, ...inOrder] : inOrder)
      if (!others.some((other) => overlaps(other, first, ports)) && (await this.#areFree(first))) return first
    return null
  }

  async #areFree(first: number): Promise<boolean> {
    for (let port = first; port < first + this.setup.rules.ports; port++) if (!(await this.setup.isFreePort(port))) return false
    return true
  }

  /** Losing a lease that is given back costs nothing but some ports until this process is gone. */
  async #giveBack(places: readonly string[]): Promise<void> {
    if (!this.#isBooked) return
    const giveBack = async (leases: readonly Lease[]): Promise<{ leases: readonly Lease[]; result: undefined }> => {
      for (const one of leases.filter(({ place }) => places.includes(place))) await this.#removeTemp(one)
      return { leases: leases.filter(({ place }) => !places.includes(place)), result: undefined }
    }
    await this.#inTurn(() => this.#book.change(giveBack)).catch(() => undefined)
  }

  /** Only a folder whose name says that a lease made it, and no link to another place. */
  async #removeTemp({ temp, place }: Lease): Promise<void> {
    if (temp === null || path.basename(temp) !== tempName(place)) return
    const isFolder = await lstat(temp).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (isFolder) await rm(temp, { recursive: true, force: true }).catch(() => undefined)
  }

  #inTurn<T>(deed: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(deed)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

const hashOf = (place: string): string => createHash('sha256').update(place).digest('hex')

const tempName = (place: string): string => `orch-${hashOf(place).slice(0, 12)}`

/** Lower-case letters, digits and _: what compose projects and databases are called. */
const nameFor = (task: WorkId, place: string): string =>
  `orch_${task.toLowerCase().replace(/[^a-z0-9]/g, '_')}_${hashOf(place).slice(0, 10)}`

const overlaps = (other: Lease, first: number, ports: number): boolean =>
  other.firstPort < first + ports && first < other.firstPort + other.ports

function environmentOf({ firstPort, ports, temp }: Lease): Record<string, string> {
  return {
    ...(ports === 0 ? {} : { ORCH_PORT: String(firstPort), ORCH_PORTS: `${firstPort}-${firstPort + ports - 1}` }),
    ...(temp === null ? {} : { TMPDIR: temp, TEMP: temp, TMP: temp }),
  }
}
