import { constants, lstatSync, unlinkSync } from 'node:fs'
import { copyFile, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import { isRealFolder, textOf } from './place.js'
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
export async function rememberFiles(site: Site, worktree: Worktree): Promise<void> {
  const { gitDir } = worktree
  await copyFile(join(gitDir, 'index'), join(gitDir, firstIndex), constants.COPYFILE_FICLONE)
  site.spares.firstIndexes.set(gitDir, await stampOf(gitDir))
}

/** Its last change cannot be set back: with an index of their own making, or a later time, somebody could pass off what they wrote as git's. */
async function stampOf(gitDir: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await lstat(join(gitDir, firstIndex), { bigint: true })
  return [ino, size, mtimeNs, ctimeNs].join(' ')
}

/** False also of one that was made before this process began: whose hand was on it since cannot be told. */
const isAsRemembered = async (site: Site, { gitDir }: Worktree): Promise<boolean> =>
  site.spares.firstIndexes.get(gitDir) === (await stampOf(gitDir))

/** Whether its entry in the repository has nothing about it that the next one who works there could notice. */
export async function canBeLikeNew(site: Site, worktree: Worktree): Promise<boolean> {
  const { gitDir, path } = worktree
  if (!site.spares.firstIndexes.has(gitDir)) return false
  const names = await readdir(gitDir).catch((): string[] => [])
  if (!names.includes(firstIndex) || names.some((name) => !ordinary.has(name) && !passing.includes(name))) return false
  if ((await textOf(join(gitDir, 'commondir')))?.trim() !== '../..') return false
  const refs = await readdir(join(gitDir, 'refs'), { recursive: true, withFileTypes: true }).catch(() => [])
  const link = await lstat(join(path, '.git')).catch(() => null)
  return refs.every((ref) => ref.isDirectory()) && link?.isFile() === true && (await isRealFolder(path))
}

const ordinary: ReadonlySet<string> = new Set(['HEAD', 'commondir', 'gitdir', 'index', 'refs', closingNote, firstIndex])
const passing = ['ORIG_HEAD', 'FETCH_HEAD', 'COMMIT_EDITMSG', 'logs']

/**
 * Makes a spare worktree what a new one at a commit would be. What git wrote in the first place and nobody touched since stays as it is,
 * all else is removed or written anew: a file's content, mode or number of names cannot be changed without changing its time.
 * @returns false: it is not like new, and had better be removed
 */
export async function makeLikeNew(site: Site, worktree: Worktree, commit: CommitId): Promise<boolean> {
  const { gitDir, path } = worktree
  if (!(await canBeLikeNew(site, worktree)) || !(await isAsRemembered(site, worktree))) return false
  for (const name of passing) await rm(join(gitDir, name), { recursive: true, force: true })
  const since = (await lstat(join(gitDir, firstIndex))).mtimeMs
  await rename(join(gitDir, firstIndex), join(gitDir, 'index'))
  const doing = `make ${path} like new`
  const cleaned = await site.inWorktree(worktree, { doing, args: ['clean', '-ffdxq'] })
  if (!cleaned.ok) return false
  const untouched = { since, folderMode: (await lstat(dirname(path))).mode }
  if (!(await removeTouched(path, untouched, new Set(['.git'])))) return false
  const written = await site.inWorktree(worktree, { doing, args: [...wholeStat, 'read-tree', '--reset', '-u', commit] })
  return written.ok
}

/** Whatever a person or an agent has set, git takes a file for untouched only if nothing about it changed. */
const wholeStat = ['-c', 'core.trustctime=true', '-c', 'core.checkStat=default', '-c', 'core.ignoreStat=false']

/** How files and folders look that nobody touched. */
interface Untouched {
  /** Epoch ms at which all files were there. Git itself compares whole seconds in most builds, too coarse for what a setup command does. */
  readonly since: number
  readonly folderMode: number
}

/** @returns false: git keeps nothing of folders, but something about one was changed */
async function removeTouched(folder: string, untouched: Untouched, except: ReadonlySet<string> = new Set()): Promise<boolean> {
  if ((await lstat(folder)).mode !== untouched.folderMode) return false
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (except.has(entry.name)) continue
    // One call after another in one folder: waiting for each takes several times as long as the call.
    else if (!entry.isDirectory() && lstatSync(path).ctimeMs >= untouched.since) unlinkSync(path)
    else if (entry.isDirectory() && !(await removeTouched(path, untouched))) return false
  }
  return true
}
