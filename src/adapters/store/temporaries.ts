import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { realDisk } from './disk.js'
import { makerOf, removeIfThere } from './durable-file.js'
import { codeOf } from './store-error.js'

/**
 * Removes what a process leaves that is killed while it writes, beside the checkpoint and the records. Only for the holder of
 * the lock: nobody else writes there. No such folder: nothing to do.
 */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const left = names.filter((name) => makerOf(name) !== null)
  await Promise.all(left.map((name) => removeIfThere(realDisk, path.join(folder, name))))
}
