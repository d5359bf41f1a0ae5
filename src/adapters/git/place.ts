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

/** A small file's text; null when it is not there. */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

/** The folder of the worktree that an entry of `<common>/worktrees/` stands for; null for a half-written entry. */
export async function folderOf(entry: string): Promise<string | null> {
  const text = (await textOf(join(entry, 'gitdir')))?.trim()
  return text === undefined || text === '' ? null : truePath(dirname(resolve(entry, text)))
}
