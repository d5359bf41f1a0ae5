import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

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
 * - `torn`: one was gone, or was just becoming another program, when it was to be read. What it left may be missing.
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
    this.#known = new Map(read.map(({ pid, stat, environment }) => [pid, { stamp: stat.stamp, environment }]))
    const found = read.flatMap(({ pid, stat, environment }) => (environment === null ? [] : [{ pid, began: stat.began, environment }]))
    if (read.length < looked.length) return { found, certainty: 'torn' }
    return { found, certainty: lastBefore !== null && lastBefore === lastNumberGiven() ? 'still' : 'whole' }
  }

  /** Null: it cannot be told whether it carries a marker. */
  async #look(pid: number, stat: Stat | null): Promise<Looked | null> {
    if (stat === null) return null
    if (stat.shows === 'nothing') return { pid, stat, environment: null }
    const before = this.#known.get(pid)
    if (stat.shows === 'all' && before?.stamp === stat.stamp) return { pid, stat, environment: before.environment }
    const read = await environmentOf(pid)
    // What was read last must belong to what was read first: it may have begun another program meanwhile.
    if (read === null || statOf(pid)?.stamp !== stat.stamp || (read === '' && stat.shows === 'memory')) return null
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
   * `all`: where its environment lies. `memory`: that it has some, and no environment yet. `nothing`: it has ended, belongs to the kernel,
   * or to somebody whose processes may not be looked into.
   */
  readonly shows: 'all' | 'memory' | 'nothing'
}

/** Null: it is gone. */
function statOf(pid: number): Stat | null {
  try {
    return statIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Somebody else's, on a system that hides those (`hidepid`, proc(5)).
    return code === 'EACCES' || code === 'EPERM' ? { began: '', stamp: '', shows: 'nothing' } : null
  }
}

/** Fields by their numbers in proc(5), counted behind the name, which may hold anything: 22 start, 23 memory, 26–28 and 48–51 where its parts lie. */
function statIn(text: string): Stat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ')
  const field = (number: number): string => fields[number - 3] ?? '0'
  const stamp = [22, 26, 27, 28, 48, 49, 50, 51].map(field).join(' ')
  // The kernel says 1 for where the code lies to whom it does not want to tell.
  const isHidden = field(23) === '0' || (field(26) === '1' && field(27) === '1')
  return { began: field(22), stamp, shows: isHidden ? 'nothing' : field(51) === '0' ? 'memory' : 'all' }
}

const listed = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/** Null: it is gone. */
const environmentOf = (pid: number): Promise<string | null> => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => null)

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
