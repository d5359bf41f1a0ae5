import { lstat, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** The path with every link in it followed, also where its last parts do not exist yet. */
export async function truePath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await truePath(parent), basename(path))
  }
}

/** Whether an error says that nothing is there, and not that it cannot be looked at. */
export const saysAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Whether a folder is there itself, not a link to one: an agent can put a link in any place that it can write to. */
export const isRealFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )

/** Whether a path lies below a folder. Both are taken as they stand: follow links first where that matters. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** What was found, or the other value where nothing is there. Every other error stays one: the disk says nothing of what it cannot read. */
export async function orIfAbsent<T>(looking: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await looking
  } catch (error) {
    if (saysAbsent(error)) return otherwise
    throw error
  }
}

/** A small file's text; null when it is not there. */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

/** The folder of the worktree that an entry of `<common>/worktrees/` stands for; null for a half-written entry, or one that cannot be read. */
export const folderOf = (entry: string): Promise<string | null> => folderOfEntry(entry).catch(() => null)

/** The same; throws where the disk gives an error. */
export async function folderOfEntry(entry: string): Promise<string | null> {
  const text = (await orIfAbsent(readFile(join(entry, 'gitdir'), 'utf8'), '')).trim()
  return text === '' ? null : truePath(dirname(resolve(entry, text)))
}
