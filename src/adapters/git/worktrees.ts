import { lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { isAncestor } from './commits.js'
import { withFiles } from './git-failure.js'
import { headRef } from './head-ref.js'
import { nestedWork } from './nested-work.js'
import { folderOfEntry, orIfAbsent, saysAbsent, textOf, truePath } from './place.js'
import { headIfAny, swap, tipOf } from './refs.js'
import type { Site, Worktree } from './site.js'
import { sorted, stampOf, worktreesOnDisk } from './worktree-entries.js'
import { type ListedWorktree, parseWorktreeList } from './worktree-list.js'

export const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** Not there for certain: a disk that gives an error, or a folder that may not be entered, says nothing of what lies in it. */
export const isGone = (path: string): Promise<boolean> => lstat(path).then(() => false, saysAbsent)

/**
 * The repository's entry for a worktree at this path, whether or not the folder is there; null too where a link leads to somebody else's.
 * A disk that gives an error is a failure: what cannot be looked up is not taken for missing.
 */
export function findWorktree(site: Site, path: string): Promise<Result<Worktree | null, Failure>> {
  return withFiles(`find the worktree ${path}`, path, async () => {
    if ((await orIfAbsent(lstat(path), null))?.isDirectory() === false) return null
    const wanted = await truePath(path)
    for (const name of await entryNames(site, path)) {
      const gitDir = join(site.commonDir, 'worktrees', name)
      if ((await folderOfEntry(gitDir)) !== wanted) continue
      site.entryNames.set(path, name)
      return { path, gitDir }
    }
    return null
  })
}

/** Git names an entry after its folder, and leaves it that name when the folder is moved: the likely one comes first. */
async function entryNames(site: Site, path: string): Promise<readonly string[]> {
  const likely = site.entryNames.get(path) ?? basename(path)
  const names = await orIfAbsent(readdir(join(site.commonDir, 'worktrees')), [])
  return names.sort((a, b) => Number(b === likely) - Number(a === likely))
}

export async function requireWorktree(site: Site, path: string): Promise<Result<Worktree, Failure>> {
  const found = (await exists(path)) ? await findWorktree(site, path) : ok(null)
  if (!found.ok) return found
  return found.value === null
    ? err({ reason: 'git-failed', doing: `find the worktree ${path}`, detail: 'it is not one of this repository' })
    : ok(found.value)
}

/** Git says it once, and again when the settings changed; where its files say the same, they are read from then on. */
export async function listWorktrees(site: Site): Promise<Result<readonly ListedWorktree[], Failure>> {
  const [stamp, onDisk] = [await stampOf(site), await worktreesOnDisk(site)]
  if (onDisk !== null && stamp !== null && site.learned.listable === stamp) return ok(onDisk)
  const answer = await site.inRepository({ doing: 'list the worktrees', args: ['worktree', 'list', '--porcelain', '-z'] })
  if (!answer.ok) return answer
  const listed = parseWorktreeList(answer.value.stdout)
  const isSame = JSON.stringify(onDisk) === JSON.stringify([...listed.slice(0, 1), ...sorted(listed.slice(1))])
  site.learned.listable = isSame ? stamp : null
  return ok(listed)
}

/**
 * Looks for a worktree at a path. What git left half-made is removed, and a folder of unknown origin moved aside. For use within a turn.
 * @returns the worktree when it is there and whole, null when there is room for a new one
 */
export async function makeRoom(site: Site, path: string): Promise<Result<Worktree | null, Failure>> {
  const isThere = !(await isGone(path))
  const listed = await findWorktree(site, path)
  const found = listed.ok && listed.value === null && isThere ? await repaired(site, path) : listed
  if (!found.ok) return found
  const worktree = found.value
  if (!isThere) return worktree === null ? ok(null) : forget(site, worktree)
  if (worktree !== null && !(await isHalfMade(worktree))) return ok(worktree)
  return worktree === null ? moveAside(path) : discardHalfMade(site, worktree)
}

/** A repository that was moved as a whole still finds its worktrees once their entries are set right. */
async function repaired(site: Site, path: string): Promise<Result<Worktree | null, Failure>> {
  if ((await textOf(join(path, '.git'))) === null) return ok(null)
  await site.inRepository({ doing: `repair the worktree ${path}`, args: ['worktree', 'repair', path], exits: [0, 1, 128] })
  return findWorktree(site, path)
}

/** An entry without its folder. Other entries of that kind are left alone: their disk may only be unplugged. */
async function forget(site: Site, worktree: Worktree): Promise<Result<null, Failure>> {
  const saved = await saveSubmodules(site, worktree)
  if (!saved.ok) return saved
  const args = ['worktree', 'remove', '--force', '--force', worktree.path]
  const removed = await site.inRepository({ doing: `forget the worktree ${worktree.path}`, args })
  return removed.ok ? ok(null) : removed
}

/** The entry of a worktree whose folder is gone may have the only copy of what was committed in its submodules: then they are moved beside that. */
export async function saveSubmodules(site: Site, worktree: Worktree): Promise<Result<null, Failure>> {
  const nested = await nestedWork(site, worktree, [])
  if (!nested.ok) return nested
  return nested.value.length === 0 ? ok(null) : moveAside(worktree.path, join(worktree.gitDir, 'modules'))
}

/** In the worktree's entry: it was found to hold nothing but what is merged, and its removal has begun. */
export const closingNote = 'orch-closing'

/** In the worktree's entry: git leaves it alone, and why. */
export const lockNote = 'locked'

export const beingMade = 'initializing'

/** Nothing in it can be missed: its making or its removal was cut short, and nobody has worked there since. */
export async function isHalfMade(worktree: Worktree): Promise<boolean> {
  // Git itself locks a worktree with this word until all files are there.
  const isBeingMade = (await textOf(join(worktree.gitDir, lockNote)))?.trim() === beingMade
  return isBeingMade || (await exists(join(worktree.gitDir, closingNote)))
}

async function discardHalfMade(site: Site, worktree: Worktree): Promise<Result<null, Failure>> {
  const args = ['worktree', 'remove', '--force', '--force', worktree.path]
  const removed = await site.inRepository({ doing: `remove the half-made worktree ${worktree.path}`, args, exits: [0, 128] })
  if (!removed.ok) return removed
  if (removed.value.exitCode === 0) return (await exists(worktree.path)) ? moveAside(worktree.path) : ok(null)
  const moved = await moveAside(worktree.path)
  return moved.ok ? forget(site, worktree) : moved
}

/** What is called so was in the way. */
export const asideName = /\.kept-\d+$/

/** Moves something to a name beside a place. @param what lies, or lay, in that place */
export async function moveAside(path: string, what = path): Promise<Result<null, Failure>> {
  return withFiles(`move ${what} aside`, what, async () => {
    const isEmpty = (await lstat(what)).isDirectory() && (await readdir(what)).length === 0
    if (isEmpty) {
      await rmdir(what)
      return null
    }
    await mkdir(dirname(path), { recursive: true })
    let n = 1
    while (await exists(`${path}.kept-${n}`)) n++
    await rename(what, `${path}.kept-${n}`)
    return null
  })
}

/**
 * Brings a worktree's HEAD back onto its task's branch when the agent left it, and the branch to the commits that the
 * agent made elsewhere on top of it. For use within a turn.
 * @returns the branch's tip; a failure when the two have gone different ways, both being kept
 */
export async function attach(
  site: Site,
  worktree: Worktree,
  workspace: { readonly branch: string; readonly base: CommitId },
): Promise<Result<CommitId, Failure>> {
  const { branch, base } = workspace
  const ref = await headRef(site, worktree)
  const tip = await tipOf(site, branch)
  if (!ref.ok) return ref
  if (!tip.ok) return tip
  const isOnBranch = ref.value === `refs/heads/${branch}`
  if (isOnBranch && tip.value !== null) return ok(tip.value)
  const head = await headIfAny(site, worktree)
  if (!head.ok) return head
  const to = head.value ?? tip.value ?? base
  const contained = tip.value === null ? ok(true) : await isAncestor(site, tip.value, to)
  if (!contained.ok) return contained
  if (!contained.value) return err(goneApart(branch, worktree, to))
  const moved = await swap(site, { branch, from: tip.value, to, why: 'what the agent committed elsewhere' })
  if (!moved.ok) return moved
  const back = ['symbolic-ref', '-m', 'orch: back to the task', 'HEAD', `refs/heads/${branch}`]
  const set = await site.inWorktree(worktree, { doing: `go back to the branch ${branch}`, args: back })
  return set.ok ? ok(to) : set
}

const goneApart = (branch: string, worktree: Worktree, head: CommitId): Failure => ({
  reason: 'git-failed',
  doing: `bring the work back to the branch ${branch}`,
  detail: `the agent left it for ${head}, which does not come after the branch's own commits; both are kept, see ${worktree.path}`,
})
