import { stat } from 'node:fs/promises'
import type { RecordedFact } from '../../core/fact.js'
import { readFacts } from './facts-log.js'
import { listRuns, type RunFolder } from './run-folders.js'
import { runPaths } from './run-paths.js'

/** Which runs are worth reading; absent: all. */
export interface Recent {
  /** Epoch ms: nothing was recorded after it in the others. */
  readonly since?: number
  /** The last so many. */
  readonly runs?: number
}

/**
 * The facts of a project's runs, the oldest run first. One that cannot be read is left out, and so are rehearsals: they cost nothing.
 * @param read of one facts file
 */
export async function recentFacts(
  runsFolder: string,
  { since = 0, runs = Number.POSITIVE_INFINITY }: Recent,
  read: typeof readFacts = readFacts,
): Promise<readonly (readonly RecordedFact[])[]> {
  const last = (await listRuns(runsFolder)).slice(0, runs)
  const touched = await Promise.all(last.map(async (run) => (since === 0 || (await touchedAt(run)) >= since ? [run] : [])))
  const texts = await Promise.all(touched.flat().map(({ folder }) => read(runPaths(folder).facts)))
  return texts
    .flatMap((text) => (text.ok ? [text.value.facts] : []))
    .filter((facts) => !facts.some((f) => f.type === 'run-started' && f.rehearsal))
    .reverse()
}

/** Facts are only ever appended: what a file holds is no younger than the file. */
const touchedAt = ({ folder }: RunFolder): Promise<number> =>
  stat(runPaths(folder).facts).then(
    (file) => file.mtimeMs,
    () => 0,
  )
