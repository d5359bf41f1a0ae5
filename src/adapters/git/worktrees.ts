import { lstat, readdir, rename, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { isAncestor } from './commits.js'
import { withFiles } from './git-failure.js'
import { headRef } from './head-ref.js'
import { folderOf, isRealFolder, saysAbsent, textOf, truePath } from './place.js'
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

/** The repository's entry for a worktree at this path, whether or not the folder is there; null too where a link leads to somebody else's. */
export async function findWorktree(site: Site, path: string): Promise<Worktree | null> {
  if ((await exists(path)) && !(await isRealFolder(path))) return null
  const folder = join(site.commonDir, 'worktrees')
  const wanted = await truePath(path)
  const names = await readdir(folder).catch(() => [])
  // Git names an entry after its folder, and leaves it that name when the folder is moved.
  const likely = site.entryNames.get(path) ?? basename(path)
  names.sort((a, b) => Number(b === likely) - Number(a === likely))
  for (const name of names) {
    const gitDir = join(folder, name)
    if ((await folderOf(gitDir)) !== wanted) continue
    site.entryNames.set(path, name)
    return { path, gitDir }
  }
  return null
}

export async function requireWorktree(site: Site, path: string): Promise<Result<Worktree, Failure>> {
  const found = (await exists(path)) ? await findWorktree(site, path) : null
  return found === null
    ? err({ reason: 'git-failed', doing: `find the worktree ${path}`, detail: 'it is not one of this repository' })
    : ok(found)
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
  const found = (await findWorktree(site, path)) ?? (isThere ? await repaired(site, path) : null)
  if (!isThere) return found === null ? ok(null) : forget(site, found)
  if (found !== null && !(await isHalfMade(found))) return ok(found)
  return found === null ? moveAside(path) : discardHalfMade(site, found)
}

/** A repository that was moved as a whole still finds its worktrees once their entries are set right. */
async function repaired(site: Site, path: string): Promise<Worktree | null> {
  if ((await textOf(join(path, '.git'))) === null) return null
  await site.inRepository({ doing: `repair the worktree ${path}`, args: ['worktree', 'repair', path], exits: [0, 1, 128] })
  return findWorktree(site, path)
}

/** An entry without its folder. Other entries of that kind are left alone: their disk may only be unplugged. */
async function forget(site: Site, worktree: Worktree): Promise<Result<null, Failure>> {
  const args = ['worktree', 'remove', '--force', '--force', worktree.path]
  const removed = await site.inRepository({ doing: `forget the worktree ${worktree.path}`, args })
  return removed.ok ? ok(null) : removed
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

async function moveAside(path: string): Promise<Result<null, Failure>> {
  return withFiles(`move ${path} aside`, path, async () => {
    const isEmpty = (await lstat(path)).isDirectory() && (await readdir(path)).length === 0
    if (isEmpty) {
      await rmdir(path)
      return null
    }
    let n = 1
    while (await exists(`${path}.kept-${n}`)) n++
    await rename(path, `${path}.kept-${n}`)
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
