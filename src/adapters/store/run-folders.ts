import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { isOver, type RunState } from '../../core/run-state.js'
import type { Chance } from '../../engine/ports/chance.js'
import type { Clock } from '../../engine/ports/clock.js'
import { readHistory } from './run-history.js'
import { runPaths } from './run-paths.js'
import { codeOf } from './store-error.js'

/** A run's folder, not yet read. */
export interface RunFolder {
  readonly run: string
  readonly folder: string
  /** ISO 8601. */
  readonly startedAt: string
}

const letters = '0123456789abcdefghjkmnpqrstvwxyz'
const idPattern = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-z]{4}$/

/** `20260718-093000-k3f9`: says when (UTC), sorts by it, and two at the same second still differ. */
export function newRunId(clock: Pick<Clock, 'now'>, chance: Pick<Chance, 'fraction'>): string {
  const [day = '', time = ''] = new Date(clock.now()).toISOString().split('T')
  const tail = Array.from({ length: 4 }, () => letters[Math.floor(chance.fraction() * letters.length)])
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${tail.join('')}`
}

/** All runs below `.orch/runs`, the one that was started last first. No such folder: none. */
export async function listRuns(runsFolder: string): Promise<readonly RunFolder[]> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const names = entries.filter((e) => e.isDirectory() && idPattern.test(e.name)).map((e) => e.name)
  const runs = await Promise.all(names.map((run) => describe(run, path.join(runsFolder, run))))
  return runs.sort((a, b) => compare(b.startedAt, a.startedAt) || compare(b.run, a.run))
}

/**
 * The run to go on with: the last wanted one, when it has not ended well. An older one is not gone back to: what it holds
 * may have been done again since. Null: there is none.
 */
export async function findUnfinishedRun(
  runsFolder: string,
  wanted: (state: RunState) => boolean,
): Promise<Result<{ folder: string; state: RunState } | null, Failure>> {
  for (const { folder } of await listRuns(runsFolder)) {
    const history = await readHistory(folder)
    if (!history.ok) return history
    const { state } = history.value
    if (state !== null && wanted(state)) return ok(isOver(state) ? null : { folder, state })
  }
  return ok(null)
}

async function describe(run: string, folder: string): Promise<RunFolder> {
  return { run, folder, startedAt: (await firstInstant(runPaths(folder).facts)) ?? instantOf(run) }
}

/** Each line of the facts begins with its number and its instant; the first may be long, so only its beginning is read. */
async function firstInstant(facts: string): Promise<string | null> {
  try {
    const handle = await open(facts, 'r')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0).finally(() => handle.close())
    return /^\{"seq":1,"at":"([^"]+)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1] ?? null
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

const instantOf = (run: string): string => run.replace(idPattern, '$1-$2-$3T$4:$5:$6.000Z')

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
