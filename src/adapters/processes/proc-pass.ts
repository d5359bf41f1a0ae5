import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** A process that carries a marker of orch's, whichever. */
export interface Environed {
  readonly pid: number
  /** Clock ticks from the boot to when it began. */
  readonly began: string
  readonly environment: string
}

/**
 * One pass over all processes, and what is certain of those that it did not show. What carries a marker was made by one that carries it.
 *
 * - `still`: no process was made meanwhile, and each that was there was read. There is none besides.
 * - `whole`: each that was listed was read. A missing one was made meanwhile, by one that ended before it was listed: to be missed by
 *   a second pass as well, the same must happen once more.
 * - `torn`: one was gone or had just ended, or was becoming another program, when it was to be read. What it left may be missing.
 */
export interface Pass {
  readonly found: readonly Environed[]
  readonly certainty: 'still' | 'whole' | 'torn'
}

/** The environment that a process was seen with; null: it carries no marker. */
interface Known {
  readonly stamp: string
  readonly environment: string | null
}

/**
 * Passes over `/proc` (Linux). The environment is read once for each program that a process runs: where its memory holds it changes with
 * each `exec`, and is read with the rest. What is short is read at once, which takes a sixth of the time of a way through threads; the
 * environment is not, since reading it may wait for a process that hangs.
 */
export class ProcPasses {
  #known: ReadonlyMap<number, Known> = new Map()

  constructor(private readonly marker: string) {}

  async next(): Promise<Pass> {
    const lastBefore = lastNumberGiven()
    const seen = listed().map((pid) => ({ pid, stat: statOf(pid) }))
    const looked = await Promise.all(seen.map(({ pid, stat }) => this.#look(pid, stat)))
    const read = looked.filter((one) => one !== null)
    const isTorn = read.length < looked.length || read.some((one) => this.#hasJustEnded(one))
    this.#known = new Map(read.map(({ pid, stat, environment }) => [pid, { stamp: stat.stamp, environment }]))
    const found = read.flatMap(({ pid, stat, environment }) => (environment === null ? [] : [{ pid, began: stat.began, environment }]))
    if (isTorn) return { found, certainty: 'torn' }
    return { found, certainty: lastBefore !== null && lastBefore === lastNumberGiven() ? 'still' : 'whole' }
  }

  /** Nobody has taken note of its end yet, so it is still listed: it may have lived when it was, and have left another one since. */
  #hasJustEnded({ pid, stat }: Looked): boolean {
    return stat.shows === 'end' && this.#known.get(pid)?.stamp !== stat.stamp
  }

  /** Null: it cannot be told whether it carries a marker. */
  async #look(pid: number, stat: Stat | null): Promise<Looked | null> {
    if (stat === null) return null
    if (stat.shows === 'nothing' || stat.shows === 'end') return { pid, stat, environment: null }
    const before = this.#known.get(pid)
    if (stat.shows === 'all' && before?.stamp === stat.stamp) return { pid, stat, environment: before.environment }
    const read = stat.shows === 'threads' ? await environmentOfThreads(pid) : await environmentOf(`${pid}`)
    // What was read last must belong to what was read first: it may have begun another program meanwhile.
    if (read === null || statOf(pid)?.stamp !== stat.stamp || (read === '' && !stat.mayBeEmpty)) return null
    return { pid, stat, environment: read.includes(`${this.marker}=`) ? read : null }
  }
}

interface Looked {
  readonly pid: number
  readonly stat: Stat
  readonly environment: string | null
}

interface Stat {
  readonly began: string
  readonly stamp: string
  /**
   * `all`: where its environment lies. `memory`: that it has some, and no environment yet. `threads`: its first thread has ended, others
   * go on. `end`: it has ended. `nothing`: it belongs to the kernel, or to somebody whose processes may not be looked into.
   */
  readonly shows: 'all' | 'memory' | 'threads' | 'end' | 'nothing'
  /** Nothing in its environment means that there is nothing, and not that it cannot be read. */
  readonly mayBeEmpty: boolean
}

/** Null: it is gone. */
function statOf(pid: number): Stat | null {
  try {
    return statIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    // Somebody else's, on a system that hides those (`hidepid`, proc(5)).
    return isRefused(error) ? { began: '', stamp: '', shows: 'nothing', mayBeEmpty: true } : null
  }
}

/**
 * Fields by their numbers in proc(5), counted behind the name, which may hold anything: 9 flags, 20 threads, 22 start, 23 memory, 26–28 and
 * 48–51 where its parts lie.
 */
function statIn(text: string): Stat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ')
  const field = (number: number): string => fields[number - 3] ?? '0'
  const stamp = [22, 26, 27, 28, 48, 49, 50, 51].map(field).join(' ')
  const shows = shownBy(field)
  return { began: field(22), stamp, shows, mayBeEmpty: shows === 'threads' || (shows === 'all' && field(50) === field(51)) }
}

function shownBy(field: (number: number) => string): Stat['shows'] {
  if (field(23) === '0') {
    if ((Number(field(9)) & ofTheKernel) !== 0) return 'nothing'
    return Number(field(20)) > 1 ? 'threads' : 'end'
  }
  // The kernel says 1 for where the code lies to whom it does not want to tell.
  if (field(26) === '1' && field(27) === '1') return 'nothing'
  return field(51) === '0' ? 'memory' : 'all'
}

/** `PF_KTHREAD`, include/linux/sched.h */
const ofTheKernel = 0x00200000

const listed = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/** Null: it is gone, or somebody else's. */
const environmentOf = (place: string): Promise<string | null> => readFile(`/proc/${place}/environ`, 'utf8').catch(() => null)

/** All threads of a process have the same one, and only those that live show it. Null: none does; empty: it is somebody else's. */
async function environmentOfThreads(pid: number): Promise<string | null> {
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    try {
      const read = await readFile(`/proc/${pid}/task/${thread}/environ`, 'utf8')
      if (read !== '') return read
    } catch (error) {
      if (isRefused(error)) return ''
    }
  }
  return null
}

const isRefused = (error: unknown): boolean => ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')

/** The number that was given out last: as long as it stays the same, no process and no thread was made. Null: this kernel does not say. */
function lastNumberGiven(): string | null {
  return textNow('/proc/sys/kernel/ns_last_pid')
}

function textNow(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
