import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { realDisk } from './disk.js'
import { makerOf, removeIfThere, syncFolder, uniqueBeside, writeNew } from './durable-file.js'
import { isRunning, type ProcessIdentity } from './process-identity.js'
import { codeOf } from './store-error.js'

/** What stands in a lock file, as it stands there. */
export type LockText = string

const shape = z.looseObject({
  pid: z.number().int().positive(),
  startTime: z.string().nullable(),
  bootId: z.string().nullable(),
  host: z.string(),
  realm: z.string(),
  run: z.string(),
  command: z.string(),
  at: z.string(),
})

/** Null: not a lock file's text. */
export function parseLock(text: LockText): (ProcessIdentity & { run: string; command: string; at: string }) | null {
  try {
    const parsed = shape.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Null: there is none. */
export async function readLockFile(file: string): Promise<LockText | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
}

/** Names one lock among all that ever were. */
export const tokenOf = (text: LockText): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/**
 * Makes a file that must not exist, so that it is never seen half written: written aside, then given its name, which fails if that is taken.
 * @returns whether it was made
 */
export async function createExclusively(file: string, text: LockText): Promise<boolean> {
  const temporary = uniqueBeside(file)
  await writeNew(realDisk, temporary, text)
  try {
    await realDisk.link(temporary, file)
    await syncFolder(path.dirname(file))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'].includes(codeOf(error) ?? '')) throw error
    return await createPlainly(file, text)
  } finally {
    await removeIfThere(realDisk, temporary)
  }
}

/** For file systems without hard links: a reader may catch it half written and takes it for damaged, which is held. */
async function createPlainly(file: string, text: LockText): Promise<boolean> {
  try {
    await writeNew(realDisk, file, text)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * To be called once the lock is ours: every claim that is left was made after a lock that is no more.
 * A temporary file is left alone while its maker lives, since it is about to become a claim.
 */
export async function removeLeftClaims(file: string): Promise<void> {
  const [folder, lock] = [path.dirname(file), path.basename(file)]
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${lock}.`))
  const left = names.filter((name) => /\.after-[0-9a-f]+$/.test(name) || isLitter(name))
  await Promise.all(left.map((name) => removeIfThere(realDisk, path.join(folder, name))))
}

function isLitter(name: string): boolean {
  const maker = makerOf(name)
  return maker !== null && !isRunning(maker)
}
