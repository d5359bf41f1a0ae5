import { detailsOf } from '../adapters/processes/process-details.js'
import { secretRedactor } from '../adapters/processes/secret-redactor.js'
import { findMarked } from '../adapters/processes/survivors.js'
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
}

/** Sessions of older runs are long gone: their folders are not read for each look. */
const runsLookedInto = 3

/** Everything of this repository's runs that lives now, left over or not; found by what it carries in its environment. */
export async function ownProcesses(project: Project): Promise<readonly OwnProcess[]> {
  const { runs, sessions } = await markersOf(project)
  const found = await findMarked([...runs, ...sessions.keys()])
  const holding = await readHolding(project.lockFile)
  const self = holding?.state === 'alive' ? [{ pid: holding.holder.pid, task: null, step: 'orch' }] : []
  const marked = found.map(({ pid, marker, task, step }) => {
    const known = sessions.get(marker)
    return { pid, task: known?.task ?? task, step: known?.step ?? step ?? 'command' }
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

interface Markers {
  readonly runs: readonly string[]
  readonly sessions: ReadonlyMap<string, { readonly task: string; readonly step: string }>
}

async function markersOf(project: Project): Promise<Markers> {
  const runs = await listRuns(project.runsFolder)
  const sessions = new Map<string, { task: string; step: string }>()
  for (const { folder } of runs.slice(0, runsLookedInto)) {
    const read = await readFacts(runPaths(folder).facts)
    // Damaged facts are no reason to show nothing.
    for (const fact of read.ok ? read.value.facts : []) {
      if (fact.type === 'attempt-started') sessions.set(fact.session, { task: fact.task, step: fact.step })
      if (fact.type === 'review-started') sessions.set(fact.session, { task: fact.task, step: 'review' })
    }
  }
  return { runs: runs.map((r) => r.run), sessions }
}
