import type { Work, Workspace } from '../core/work.js'

/** The worktree of work that has one; asking earlier is a bug. */
export function workspaceOf(work: Work): Workspace {
  if (work.workspace === null) throw new Error(`Internal error: ${work.id} has no workspace yet`)
  return work.workspace
}

/** A whole stage is worked on in a scratch worktree without a branch; a task in one on its own branch. */
export const isWhole = (work: Work): boolean => work.milestone === null
