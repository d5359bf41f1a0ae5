import path from 'node:path'

/** Where a run keeps what. */
export interface RunPaths {
  /** Everything that happened, one JSON line each: the truth. */
  readonly facts: string
  /** The last state that was written out: a short cut, rebuilt from the facts when it is gone. */
  readonly checkpoint: string
  /** One empty file for each task that a person approved. */
  readonly approvals: string
  /** The whole output of each command. */
  readonly checks: string
}

export const runPaths = (runFolder: string): RunPaths => ({
  facts: path.join(runFolder, 'facts.ndjson'),
  checkpoint: path.join(runFolder, 'checkpoint.json'),
  approvals: path.join(runFolder, 'approvals'),
  checks: path.join(runFolder, 'checks'),
})

/**
 * A path below a folder.
 * @throws Error when it would lead out of it: names come from milestone ids and sessions, so that is a bug
 */
export function inside(folder: string, relative: string): string {
  const full = path.resolve(folder, relative)
  const back = path.relative(path.resolve(folder), full)
  const leaves = back === '' || back === '..' || back.startsWith(`..${path.sep}`) || path.isAbsolute(back)
  if (leaves || relative.includes('\0')) throw new Error(`Internal error: ${JSON.stringify(relative)} is not a path below a run's folder`)
  return full
}
