import { closeSync, openSync, readSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { markerVariable } from './process-table.js'

/** What one process with a marker uses. */
export interface ProcessUse {
  readonly marker: string
  /** Bytes that would be free without it: pages shared with others, such as the program's own, are not counted. */
  readonly memory: number
  /** Seconds of processor time since it began. */
  readonly cpuSeconds: number
}

/** Clock ticks a second in `/proc/<pid>/stat`: the kernel's USER_HZ, 100 on everything that Node runs on. */
const ticksPerSecond = 100

/** A child shows its parent's environment until it has become another program: what is seen again after this is what it stays. Milliseconds. */
const settledMs = 2000

/** How long a process that is none of ours is taken for the one that has its number. Milliseconds. */
const sameNumberMs = 60_000

/** A process that was seen before. */
interface Known {
  /** A later process with the same number began at another time. */
  readonly startTime: string
  readonly marker: string | null
  readonly seenAt: number
  readonly isSettled: boolean
  /** When its start was last compared. */
  readonly comparedAt: number
}

/** The processes that Linux shows. Who started one never changes, so that is read while a process is new, and from then on only what it uses. */
export class ProcProcesses {
  #known = new Map<string, Known>()
  /** Read in place: the files of `stat` and `status` are made as they are read, so there is no disk to wait for. */
  readonly #buffer = Buffer.alloc(8192)

  constructor(
    private readonly proc: string,
    private readonly now: () => number,
  ) {}

  /** Of all processes with a marker, whatever it is. */
  async uses(): Promise<ProcessUse[]> {
    const pids = (await readdir(this.proc)).filter((name) => /^\d+$/.test(name))
    const next = new Map<string, Known>()
    const uses: ProcessUse[] = []
    for (const pid of pids) {
      const stranger = this.#strangerOf(pid)
      const stat = stranger === null ? this.#statOf(pid) : null
      const known = stat === null ? stranger : await this.#knownOf(pid, stat)
      if (known !== null) next.set(pid, known)
      if (stat !== null && known !== null && known.marker !== null) uses.push(...this.#useOf(pid, known.marker, stat))
    }
    this.#known = next
    return uses
  }

  /** One that is none of ours, and was there a moment ago. */
  #strangerOf(pid: string): Known | null {
    const known = this.#known.get(pid)
    const isSame = known?.isSettled === true && known.marker === null && this.now() - known.comparedAt < sameNumberMs
    return isSame ? known : null
  }

  /** From the third field on; null: it has ended. */
  #statOf(pid: string): readonly string[] | null {
    // The name in brackets before them may hold anything.
    return (
      this.#read(`${pid}/stat`)
        ?.replace(/^.*\) /s, '')
        .split(' ') ?? null
    )
  }

  async #knownOf(pid: string, stat: readonly string[]): Promise<Known> {
    const [now, startTime] = [this.now(), stat[19] ?? '']
    const before = this.#known.get(pid)
    const known = before?.startTime === startTime ? before : null
    if (known?.isSettled === true) return { ...known, comparedAt: now }
    const marker = await this.#markerOf(pid)
    const seenAt = known !== null && known.marker === marker ? known.seenAt : now
    return { startTime, marker, seenAt, isSettled: now - seenAt >= settledMs, comparedAt: now }
  }

  /** Null: it has none, is another user's, or has ended. */
  async #markerOf(pid: string): Promise<string | null> {
    // Not in place: this one waits for a process that holds its memory.
    const environment = await readFile(`${this.proc}/${pid}/environ`, 'utf8').catch(() => '')
    const entry = environment.split('\0').find((e) => e.startsWith(`${markerVariable}=`))
    return entry?.slice(markerVariable.length + 1) ?? null
  }

  #useOf(pid: string, marker: string, stat: readonly string[]): ProcessUse[] {
    const status = this.#read(`${pid}/status`)
    if (status === null) return []
    const cpuSeconds = (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / ticksPerSecond
    return [{ marker, memory: memoryIn(status), cpuSeconds }]
  }

  #read(name: string): string | null {
    try {
      const file = openSync(`${this.proc}/${name}`, 'r')
      try {
        return this.#buffer.toString('latin1', 0, readSync(file, this.#buffer, 0, this.#buffer.length, 0))
      } finally {
        closeSync(file)
      }
    } catch {
      // It is another user's, or has ended.
      return null
    }
  }
}

/** Its own pages, those that it shares through memory files and those that were swapped out. */
function memoryIn(status: string): number {
  let kibibytes = 0
  for (const [, size] of status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB/gm)) kibibytes += Number(size)
  return kibibytes * 1024
}
