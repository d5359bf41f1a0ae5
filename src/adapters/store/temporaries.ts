import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { realDisk } from './disk.js'
import { makerOf, removeIfThere } from './durable-file.js'
import { codeOf } from './store-error.js'

/** Files below a folder that a process which was killed while it wrote left unfinished. Only the holder of the lock can tell. */
export async function listTemporaries(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => makerOf(name) !== null).map((name) => path.join(folder, name))
}

/** Nobody was ever told what they hold. */
export async function removeTemporaries(folder: string): Promise<void> {
  const left = await listTemporaries(folder)
  await Promise.all(left.map((file) => removeIfThere(realDisk, file)))
}
