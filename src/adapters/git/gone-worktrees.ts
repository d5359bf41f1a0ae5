import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { isInside, truePath } from './place.js'
import { keepReachable } from './refs.js'
import { orchFolder, type Site } from './site.js'
import { findWorktree, isGone, listWorktrees, saveSubmodules } from './worktrees.js'

/** Worktrees below `.orch` that git still lists and whose folder is gone. A person's may be on a disk that is not plugged in. */
export async function goneWorktrees(site: Site): Promise<Result<readonly string[], Failure>> {
  const listed = await listWorktrees(site)
  if (!listed.ok) return listed
  const own = await truePath(orchFolder(site))
  const gone: string[] = []
  for (const { path } of listed.value) if (isInside(await truePath(path), own) && (await isGone(path))) gone.push(path)
  return ok(gone)
}

/** Its commit is given a name first: the entry may be all that points to it. For use within a turn. */
export async function forgetWorktree(site: Site, path: string): Promise<Result<void, Failure>> {
  const listed = await listWorktrees(site)
  if (!listed.ok) return listed
  const entry = listed.value.find((worktree) => worktree.path === path)
  if (entry === undefined || !(await isGone(path))) return ok(undefined)
  if (entry.branch === null && entry.head !== null) {
    const kept = await keepReachable(site, entry.head)
    if (!kept.ok) return kept
  }
  const found = await findWorktree(site, path)
  if (!found.ok) return found
  const saved = found.value === null ? ok(null) : await saveSubmodules(site, found.value)
  if (!saved.ok) return saved
  const args = ['worktree', 'remove', '--force', '--force', path]
  const removed = await site.inRepository({ doing: `forget the worktree ${path}`, args })
  return removed.ok ? ok(undefined) : removed
}
