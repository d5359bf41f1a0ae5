import { readFacts } from '../adapters/store/facts-log.js'
import { listRuns } from '../adapters/store/run-folders.js'
import { runPaths } from '../adapters/store/run-paths.js'
import type { RecordedFact } from '../core/fact.js'
import { type LedgerEntry, ledgerOf } from '../core/ledger.js'
import type { Project } from './project.js'

/** The facts of this project's runs, the oldest run first. One that cannot be read is left out, and so are rehearsals: they cost nothing. */
export async function readHistoryOf(project: Project): Promise<readonly (readonly RecordedFact[])[]> {
  const runs = await listRuns(project.runsFolder)
  const read = await Promise.all(runs.map(({ folder }) => readFacts(runPaths(folder).facts)))
  return read
    .flatMap((text) => (text.ok ? [text.value.facts] : []))
    .filter((facts) => !facts.some((f) => f.type === 'run-started' && f.rehearsal))
    .reverse()
}

/** What all of this project's runs have used. */
export async function readLedger(project: Project): Promise<readonly LedgerEntry[]> {
  return (await readHistoryOf(project)).flatMap(ledgerOf)
}
