import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ensureFolder, writeDurably } from './durable-file.js'
import { isAlive } from './process-identity.js'
import { acquireLock, type Lock } from './run-lock.js'

const lease = z.object({
  /** The worktree, an absolute path. */
  place: z.string(),
  /** The orch that holds it. */
  holder: z.object({
    pid: z.number(),
    startTime: z.string().nullable(),
    bootId: z.string().nullable(),
    host: z.string(),
    realm: z.string(),
  }),
  /** The first of its ports, and how many in a row; 0: none. */
  firstPort: z.number(),
  ports: z.number(),
  /** Null: none. */
  temp: z.string().nullable(),
})

/** What a worktree holds of this machine. */
export type Lease = z.output<typeof lease>

/** Who waits longer for the book than this has met a fault. */
const longestWaitMs = 30_000
const lookEveryMs = 25

/** The leases of all runs of a person on this machine, in one small file that one process at a time may change. */
export class LeaseBook {
  constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {}

  /**
   * Reads, lets it be changed, and writes. Whoever is killed in between leaves the book as it was.
   * @throws StoreError, or an Error in words when nobody lets go of the book
   */
  async change<T>(deed: (leases: readonly Lease[]) => Promise<{ readonly leases: readonly Lease[]; readonly result: T }>): Promise<T> {
    await ensureFolder(this.folder)
    const lock = await this.#lock()
    try {
      const before = await this.#read()
      const { leases, result } = await deed(before)
      if (JSON.stringify(leases) !== JSON.stringify(before))
        await writeDurably(this.#file, `${JSON.stringify(leases)}\n`, { keepPrevious: false })
      return result
    } finally {
      await lock.release()
    }
  }

  get #file(): string {
    return path.join(this.folder, 'leases.json')
  }

  async #lock(): Promise<Lock> {
    const began = performance.now()
    for (;;) {
      const at = new Date(this.now()).toISOString()
      const lock = await acquireLock({ path: path.join(this.folder, 'leases.lock'), run: 'none', command: 'orch lease', at })
      if (lock.ok) return lock.value
      if (performance.now() - began > longestWaitMs) throw new Error(`another orch does not let go of ${this.#file}`)
      await pause(lookEveryMs)
    }
  }

  /** A book that cannot be read is begun anew: what is in use shows when ports are tried. */
  async #read(): Promise<readonly Lease[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]')
    try {
      return z.array(lease).safeParse(JSON.parse(text)).data ?? []
    } catch {
      return []
    }
  }
}

/** Nobody is there any more who would give it back. One of another machine or container cannot be looked at and is left alone. */
export const isStale = async ({ holder }: Lease): Promise<boolean> => (await isAlive(holder)) === 'dead'
