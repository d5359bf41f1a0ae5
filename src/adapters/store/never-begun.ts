import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makerOf, syncFolder } from './durable-file.js'
import { listRuns, type RunFolder } from './run-folders.js'

/** Runs that were killed before their first fact was saved: nothing is in their folders. Only the holder of the lock can tell. */
export async function listNeverBegun(runsFolder: string): Promise<readonly RunFolder[]> {
  const runs = await listRuns(runsFolder)
  const hollow = await Promise.all(runs.map(({ folder }) => holdsNothing(folder)))
  return runs.filter((_, n) => hollow[n] === true)
}

/** What a killed write left unfinished is nothing either. */
async function holdsNothing(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory() && makerOf(entry.name) === null)
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size))
  return sizes.every((size) => size === 0)
}

export async function removeNeverBegun(runs: readonly RunFolder[]): Promise<void> {
  for (const { folder } of runs) {
    await rm(folder, { recursive: true, force: true })
    await syncFolder(path.dirname(folder))
  }
}
