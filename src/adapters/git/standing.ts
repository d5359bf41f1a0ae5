import type { CommitId } from '../../core/fact.js'
import { parseStanding } from './raw-diff.js'
import type { Site, Worktree } from './site.js'

/** Where a worktree stands, and whether what it holds is what that commit holds; files that are never committed are left out of account. */
export interface Standing {
  readonly head: CommitId
  readonly isClean: boolean
}

/**
 * Asked of git in one process. What this calls clean, `add --all` would find no change in: both go by the index, its marks of files that
 * are not to be looked at included. Null: it cannot be told, as where there is no commit yet.
 */
export async function standingOf(site: Site, worktree: Worktree): Promise<Standing | null> {
  const status = await site.inWorktree(worktree, { doing: `look at ${worktree.path}`, args, env })
  const seen = status.ok ? parseStanding(status.value.stdout) : null
  if (seen === null) return null
  const own = new Set(site.envFiles)
  return { head: seen.head, isClean: seen.differing.every((path) => own.has(path)) }
}

/** A list of untracked files that somebody left in the index could leave some out. A submodule's commit counts, whatever its settings say. */
const args = [
  '-c',
  'core.untrackedCache=false',
  'status',
  '--porcelain=v2',
  '--branch',
  '--no-ahead-behind',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=dirty',
]

/** It is compared with the commit itself, not with what may have been put in its place. */
const env = { GIT_NO_REPLACE_OBJECTS: '1' }
