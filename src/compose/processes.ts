import { detailsOf } from '../adapters/processes/process-details.js'
import { secretRedactor } from '../adapters/processes/secret-redactor.js'
import { findMarked, type SeenProcess } from '../adapters/processes/survivors.js'
import { readFacts } from '../adapters/store/facts-log.js'
import { listRuns } from '../adapters/store/run-folders.js'
import { readHolding } from '../adapters/store/run-lock.js'
import { runPaths } from '../adapters/store/run-paths.js'
import type { Project } from './project.js'

/** A process that orch started, or orch itself. */
export interface OwnProcess {
  readonly pid: number
  readonly ppid: number
  readonly elapsedMs: number
  /** Null: orch itself, or not known. */
  readonly task: string | null
  /** `orch`, a session's step, or `command` for a check, a setup or an entry requirement. */
  readonly step: string
  readonly command: string
  /** The run that it belongs to; null: an older one. */
  readonly run: string | null
  /** By which it is told from a later process with its number; null: orch itself. */
  readonly seen: SeenProcess | null
}

/** Sessions of older runs are long gone: their folders are not read for each look. */
const runsLookedInto = 3

/** Everything of this repository's runs that lives now, left over or not; found by what it carries in its environment. */
export async function ownProcesses(project: Project): Promise<readonly OwnProcess[]> {
  const { runs, sessions } = await markedThings(project)
  const found = await findMarked([...runs, ...sessions.keys()])
  const holding = await readHolding(project.lockFile)
  const self =
    holding?.state === 'alive' ? [{ pid: holding.holder.pid, task: null, step: 'orch', run: holding.holder.run, seen: null }] : []
  const marked = found.map(({ pid, startTime, marker, task, step }) => {
    const known = sessions.get(marker)
    const run = known?.run ?? (runs.includes(marker) ? marker : null)
    return { pid, task: known?.task ?? task, step: known?.step ?? step ?? 'command', run, seen: { pid, startTime, marker } }
  })
  const redactor = secretRedactor(project.surroundings.env, project.config.agent.env)
  const rows = await Promise.all(
    [...self, ...marked].map(async (one) => {
      const details = await detailsOf(one.pid)
      if (details === null) return []
      return [{ ...one, ppid: details.parent, elapsedMs: details.elapsedMs, command: redactor.redact(details.command) }]
    }),
  )
  return rows.flat()
}

/** What everything that the runs of this repository started carries in its environment, one or the other. */
export async function markersOf(project: Project): Promise<readonly string[]> {
  const { runs, sessions } = await markedThings(project)
  return [...runs, ...sessions.keys()]
}

interface MarkedSession {
  readonly run: string
  readonly task: string
  readonly step: string
}

interface Markers {
  readonly runs: readonly string[]
  readonly sessions: ReadonlyMap<string, MarkedSession>
}

async function markedThings(project: Project): Promise<Markers> {
  const runs = await listRuns(project.runsFolder)
  const sessions = new Map<string, MarkedSession>()
  for (const { run, folder } of runs.slice(0, runsLookedInto)) {
    const read = await readFacts(runPaths(folder).facts)
    // Damaged facts are no reason to show nothing.
    for (const fact of read.ok ? read.value.facts : []) {
      if (fact.type === 'attempt-started') sessions.set(fact.session, { run, task: fact.task, step: fact.step })
      if (fact.type === 'review-started') sessions.set(fact.session, { run, task: fact.task, step: 'review' })
    }
  }
  return { runs: runs.map((r) => r.run), sessions }
}
