import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { syncFolder } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { fewestFiles, filesIn, makeLikeNew, rememberFiles } from './like-new.js'
import { remove } from './put-away.js'
import type { Site, Worktree } from './site.js'
import { beingMade, closingNote, exists, lockNote, requireWorktree } from './worktrees.js'

/** A worktree that is not there yet. */
export interface NewPlace {
  readonly path: string
  readonly commit: CommitId
  /** It stands at the commit; null: none is checked out. */
  readonly branch: string | null
  /** Nobody can have it checked out. */
  readonly isNewBranch?: boolean
}

/** Makes a worktree, of a spare one if there is one. */
export async function makeWorktree(site: Site, place: NewPlace): Promise<Result<Worktree, Failure>> {
  const maySwitch = place.branch === null || place.isNewBranch === true
  for (let spare = maySwitch ? await site.spares.claim() : null; spare !== null; spare = await site.spares.claim()) {
    if (await makeOf(site, spare, place)) return ok({ path: place.path, gitDir: spare.gitDir })
    // What cannot be removed now, or is gone, is no reason to fail either: the next start finds it again.
    await remove(site, spare)
  }
  const made = await makeFresh(site, place)
  if (!made.ok) return made
  const ready = await unlock(made.value)
  return ready.ok ? made : ready
}

/** What nobody expected of it is no reason to fail: then a fresh one is made. @returns whether it has become the new one */
async function makeOf(site: Site, spare: Worktree, place: NewPlace): Promise<boolean> {
  const worktree = { path: place.path, gitDir: spare.gitDir }
  const made = await withFiles('make a worktree of a spare one', place.path, async () => {
    if (!(await makeLikeNew(site, spare, place.commit))) return false
    if (!(await site.git.inTurn(() => settle(site, spare, place)))) return false
    await rememberFiles(site, worktree)
    await rm(join(worktree.gitDir, closingNote))
    // From now on what is done there counts, and must not be taken for what was closed.
    await syncFolder(worktree.gitDir)
    return true
  })
  return made.ok && made.value
}

/** Moved first, HEAD set last: a branch that is checked out nowhere can be checked out by a fresh one. For use within a turn. */
async function settle(site: Site, spare: Worktree, { path, branch, commit }: NewPlace): Promise<boolean> {
  if (await exists(path)) return false
  await mkdir(dirname(path), { recursive: true })
  const moved = await site.inRepository({ doing: `open the worktree ${path}`, args: ['worktree', 'move', spare.path, path] })
  if (!moved.ok) return false
  const head = branch === null ? ['update-ref', '--no-deref', 'HEAD', commit] : ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]
  const set = await site.inWorktree({ path, gitDir: spare.gitDir }, { doing: `open the worktree ${path}`, args: head })
  return set.ok
}

/**
 * Makes one from nothing. The entry takes its turn, the files, which take long, do not; until `unlock` it counts as half made, in the way
 * that git itself notes it.
 */
export async function makeFresh(site: Site, { path, branch, commit }: NewPlace): Promise<Result<Worktree, Failure>> {
  const doing = `open the worktree ${path}`
  const half = ['--no-checkout', '--lock', '--reason', beingMade]
  const args = ['worktree', 'add', ...half, ...(branch === null ? ['--detach', path, commit] : [path, branch])]
  const added = await site.git.inTurn(() => site.inRepository({ doing, args }))
  if (!added.ok) return added
  const worktree = await requireWorktree(site, path)
  if (!worktree.ok) return worktree
  const filled = await site.manyFiles(() => site.inWorktree(worktree.value, { doing, args: ['read-tree', '--reset', '-u', commit] }))
  if (!filled.ok) {
    await remove(site, worktree.value)
    return filled
  }
  const files = await filesIn(worktree.value)
  site.spares.files = (await exists(join(path, '.gitmodules'))) ? 0 : files
  const known = files < fewestFiles ? ok(undefined) : await withFiles(doing, path, () => rememberFiles(site, worktree.value))
  return known.ok ? worktree : known
}

/** All files are there. */
export function unlock(worktree: Worktree): Promise<Result<void, Failure>> {
  return withFiles(`open the worktree ${worktree.path}`, worktree.path, () => rm(join(worktree.gitDir, lockNote), { force: true }))
}
