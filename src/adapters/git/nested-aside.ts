import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { populatedGitlinks } from './gitlinks.js'
import type { Site, Worktree } from './site.js'
import { entryAt, isFolder } from './trees.js'
import { moveAside } from './worktrees.js'

/**
 * Moves repositories that the worktree's index has out of it where a commit or tree has something else in their place: git would delete
 * such a folder with all that was ever committed in it.
 */
export async function moveNestedAside(site: Site, worktree: Worktree, tree: string): Promise<Result<void, Failure>> {
  const nested = await populatedGitlinks(site, worktree)
  if (!nested.ok) return nested
  for (const path of nested.value) {
    if (await hasRoomFor(site, tree, path)) continue
    const moved = await moveAside(worktree.path, join(worktree.path, path))
    if (!moved.ok) return moved
  }
  return ok(undefined)
}

/** Whether the folder of a nested repository stays as it is when the tree is checked out. */
async function hasRoomFor(site: Site, tree: string, path: string): Promise<boolean> {
  const names = path.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const entry = await entryAt(site, tree, names.slice(0, depth).join('/'))
    if (entry === null) return true
    if (entry === 'unknown') return false
    if (depth === names.length) return entry.mode === '160000'
    if (!isFolder(entry)) return false
  }
  return true
}
