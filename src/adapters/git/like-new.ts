import { constants } from 'node:fs'
import { copyFile, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import { textOf } from './place.js'
import type { Site, Worktree } from './site.js'
import { closingNote } from './worktrees.js'

/** In the worktree's entry: the index as it was when git had written the files and nobody had been there yet. */
const firstIndex = 'orch-index'

/** With fewer files one is made and removed in less time than it takes to make another one like new. */
export const fewestFiles = 500

/** How many files an index lists; 0 when it cannot be told. Its head is `DIRC`, the version and the number, each of four bytes (gitformat-index). */
export async function filesIn(worktree: Worktree): Promise<number> {
  const file = await open(join(worktree.gitDir, 'index')).catch(() => null)
  if (file === null) return 0
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(12), 0, 12, 0)
    return bytesRead === 12 ? buffer.readUInt32BE(8) : 0
  } finally {
    await file.close()
  }
}

/** To be called before anybody works in a new worktree: what git has written is told by it later from what was touched since. */
export async function rememberFiles(worktree: Worktree): Promise<void> {
  const { gitDir } = worktree
  await copyFile(join(gitDir, 'index'), join(gitDir, firstIndex), constants.COPYFILE_FICLONE)
}

/** Whether its entry in the repository has nothing about it that the next one who works there could notice. */
export async function canBeLikeNew(worktree: Worktree): Promise<boolean> {
  const { gitDir, path } = worktree
  const names = await readdir(gitDir).catch((): string[] => [])
  if (!names.includes(firstIndex) || names.some((name) => !ordinary.has(name) && !passing.includes(name))) return false
  if ((await textOf(join(gitDir, 'commondir')))?.trim() !== '../..') return false
  const refs = await readdir(join(gitDir, 'refs'), { recursive: true, withFileTypes: true }).catch(() => [])
  const link = await lstat(join(path, '.git')).catch(() => null)
  return refs.every((ref) => ref.isDirectory()) && link?.isFile() === true
}

const ordinary: ReadonlySet<string> = new Set(['HEAD', 'commondir', 'gitdir', 'index', 'refs', closingNote, firstIndex])
const passing = ['ORIG_HEAD', 'FETCH_HEAD', 'COMMIT_EDITMSG', 'logs']

/**
 * Makes a spare worktree what a new one at a commit would be. The first index says which files git wrote and nobody touched since, by
 * the times, number, size and mode that the system keeps of them: those stay, all others are removed or written anew.
 * @returns false: it is not, and had better be removed
 */
export async function makeLikeNew(site: Site, worktree: Worktree, commit: CommitId): Promise<boolean> {
  const { gitDir, path } = worktree
  if (!(await canBeLikeNew(worktree))) return false
  for (const name of passing) await rm(join(gitDir, name), { recursive: true, force: true })
  await rename(join(gitDir, firstIndex), join(gitDir, 'index'))
  const doing = `make ${path} like new`
  const cleaned = await site.inWorktree(worktree, { doing, args: ['clean', '-ffdxq'] })
  if (!cleaned.ok) return false
  const written = await site.inWorktree(worktree, { doing, args: [...wholeStat, 'read-tree', '--reset', '-u', commit] })
  return written.ok && (await hasOrdinaryFolders(path, (await lstat(dirname(path))).mode))
}

/** Whatever a person or an agent has set, a file counts as untouched only if nothing about it changed. */
const wholeStat = ['-c', 'core.trustctime=true', '-c', 'core.checkStat=default', '-c', 'core.ignoreStat=false']

/** Git keeps nothing of folders, but what they permit can be changed. */
async function hasOrdinaryFolders(folder: string, mode: number): Promise<boolean> {
  if ((await lstat(folder)).mode !== mode) return false
  const below = await readdir(folder, { withFileTypes: true })
  for (const { name } of below.filter((entry) => entry.isDirectory()))
    if (!(await hasOrdinaryFolders(join(folder, name), mode))) return false
  return true
}
