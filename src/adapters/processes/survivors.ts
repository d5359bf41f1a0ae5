import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { ancestorsOf, type MarkedLook, type MarkedProcess, markedProcesses, type ProcessIdentity, startTimeOf } from './process-table.js'

/** How long survivors are given. Milliseconds. */
export interface EndingTimes {
  /** Between asking (SIGTERM) and ending (SIGKILL). */
  readonly graceMs: number
  /** After which the search is given up whatever is left. */
  readonly atMostMs: number
}

const usualTimes: EndingTimes = { graceMs: 2000, atMostMs: 10_000 }
const pollMs = 50
/** So many looks that show nothing for certain are repeated at once. */
const mostTorn = 5

/**
 * Processes that carry one of the markers, wherever in the tree they are by now; never this one or an ancestor of it. One that is just
 * becoming another program shows nothing, so a look that met such a one is repeated.
 */
export async function findMarked(markers: readonly string[]): Promise<readonly MarkedProcess[]> {
  let look = await lookForMarked(markers)
  for (let torn = 1; look.certainty === 'torn' && torn < mostTorn; torn++) {
    await immediate()
    look = await lookForMarked(markers)
  }
  return look.found
}

async function lookForMarked(markers: readonly string[]): Promise<MarkedLook> {
  const { found, certainty } = await markedProcesses(markers)
  if (found.length === 0) return { found, certainty }
  const spared = new Set([process.pid, ...(await ancestorsOf(process.pid))])
  return { found: found.filter((p) => !spared.has(p.pid)), certainty }
}

/** Markers after whose search something may still have been there: processes that each live for a moment only and leave the next. */
const doubtful = new Set<string>()

/** Looks once more for what earlier searches could not be certain of. No program with one of their markers may be running. */
export const endDoubtful = (): Promise<number[]> => endMarked([...doubtful])

/**
 * Ends exactly the processes that carry one of the markers: asks, waits, ends, and looks again until it is certain that none is left, or
 * until two looks have shown none.
 * @returns the pids that were ended
 */
export async function endMarked(markers: readonly string[], times: EndingTimes = usualTimes): Promise<number[]> {
  const seen = new Map<number, ProcessIdentity>()
  const began = performance.now()
  let [quiet, torn] = [0, 0]
  for (const marker of markers) doubtful.add(marker)
  while (performance.now() - began < times.atMostMs) {
    const { found: living, certainty } = await lookForMarked(markers)
    if (living.length > 0) quiet = 0
    else if (certainty === 'still') {
      for (const marker of markers) doubtful.delete(marker)
      break
    }
    // What the one that was gone has left is there now, and is shown by another look at once.
    else if (certainty === 'torn' && ++torn <= mostTorn) continue
    else if (++quiet === 2) break
    const force = performance.now() - began > times.graceMs
    for (const one of living) {
      const isNew = !seen.has(one.pid)
      seen.set(one.pid, one)
      if (force || isNew) await signalExactly(one, force ? 'SIGKILL' : 'SIGTERM')
    }
    if (living.length > 0 || certainty !== 'whole') await sleep(pollMs)
  }
  return [...seen.keys()]
}

/** A process as it was seen: by its number, its start and the marker that it carries. */
export type SeenProcess = ProcessIdentity & Pick<MarkedProcess, 'marker'>

/** How long a process that was ended by force may take to be gone. */
const afterForceMs = 5000

/**
 * Ends exactly these processes and none that they have started since: asks, waits for as long as given, ends.
 * @returns the pids of those that are still there
 */
export async function endExactly(targets: readonly SeenProcess[], graceMs: number): Promise<readonly number[]> {
  let living = await stillThere(targets)
  for (const [signal, waitMs] of [['SIGTERM', graceMs] as const, ['SIGKILL', afterForceMs] as const]) {
    for (const one of living) await signalExactly(one, signal)
    const began = performance.now()
    do living = await stillThere(targets)
    while (living.length > 0 && performance.now() - began < waitMs && (await sleep(pollMs, true)))
  }
  return living.map(({ pid }) => pid)
}

async function stillThere(targets: readonly SeenProcess[]): Promise<readonly SeenProcess[]> {
  const found = await findMarked([...new Set(targets.map(({ marker }) => marker))])
  return targets.filter((t) => found.some((p) => p.pid === t.pid && p.startTime === t.startTime))
}

/** A number may have been given to another process meanwhile: the start time is compared right before the signal. */
async function signalExactly(target: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if ((await startTimeOf(target.pid)) !== target.startTime) return
  try {
    process.kill(target.pid, signal)
  } catch {
    // It ended between the look and the signal.
  }
}
