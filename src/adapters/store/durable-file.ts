import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Disk, realDisk } from './disk.js'
import { asWriteError, codeOf } from './store-error.js'

/** Readable and writable by the owner only: prompts and transcripts are nobody else's business. */
export const privateFile = 0o600
export const privateFolder = 0o700

export interface DurableOptions {
  /** Keep what was there as `<name>.previous`. */
  readonly keepPrevious: boolean
  readonly disk?: Disk
}

/**
 * Replaces a file so that after a power cut either the old or the new content is there, whole; resolves when the new one is.
 * @throws StoreError `disk-full`; the file is then as it was
 */
export async function writeDurably(file: string, text: string, options: DurableOptions): Promise<void> {
  const disk = options.disk ?? realDisk
  const temporary = uniqueBeside(file)
  try {
    await writeNew(disk, temporary, text)
    if (options.keepPrevious) await keepPrevious(disk, file)
    await renameStubbornly(disk, temporary, file)
    await syncFolder(path.dirname(file), disk)
  } catch (error) {
    await removeIfThere(disk, temporary)
    throw asWriteError(error, file)
  }
}

/** Where the version before the last write is kept. */
export const previousOf = (file: string): string => `${file}.previous`

/** A name that no other process and no other call picks. */
export const uniqueBeside = (file: string): string => `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`

/** The number of the process that made a temporary file; null: it is none. */
export function makerOf(name: string): number | null {
  const pid = /\.(\d+)-[0-9a-f]{12}\.tmp$/.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

/** Makes a folder and those above it, each durably. */
export async function ensureFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: privateFolder })
  if (first === undefined) return
  for (let made = path.resolve(folder); ; made = path.dirname(made)) {
    await syncFolder(path.dirname(made))
    if (made === path.resolve(first)) return
  }
}

/** Without this a rename may be forgotten by a power cut. */
export async function syncFolder(folder: string, disk: Disk = realDisk): Promise<void> {
  try {
    const handle = await disk.open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (error) {
    // Windows opens no folders, and some network file systems sync none: there is nothing to be done about it.
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error
  }
}

/** Writes a new file to the disk; refuses one that exists. */
export async function writeNew(disk: Disk, file: string, text: string): Promise<void> {
  const handle = await disk.open(file, 'wx', privateFile)
  try {
    await handle.appendFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A second name for what is there now; at no instant is the file without its own name. */
async function keepPrevious(disk: Disk, file: string): Promise<void> {
  const second = uniqueBeside(file)
  try {
    await disk.link(file, second).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw error
      return disk.copyFile(file, second)
    })
    await renameStubbornly(disk, second, previousOf(file))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  } finally {
    // A rename onto the same inode does nothing and leaves both names.
    await removeIfThere(disk, second)
  }
}

const renameAttempts = 20

/** On Windows a virus scanner or an indexer may hold the file for a moment. */
export async function renameStubbornly(disk: Disk, from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await disk.rename(from, to)
      return
    } catch (error) {
      const busy = process.platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(codeOf(error) ?? '')
      if (!busy || attempt === renameAttempts) throw error
      await pause(attempt * 10)
    }
  }
}

export const removeIfThere = (disk: Disk, file: string): Promise<void> => disk.unlink(file).catch(() => undefined)
