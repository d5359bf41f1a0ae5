import { wholeOf } from './fact.js'
import type { Failure } from './failure.js'
import type { Work } from './work.js'

/** Where a person finds both sides of a conflict that nobody could resolve. */
export interface TakeOver {
  /** The task's worktree, from the top of the repository; its branch, which holds one side, is checked out there. */
  readonly worktree: string
  readonly branch: string
  /** The stage's integration branch, which holds the other side. */
  readonly stageBranch: string
}

export function takeOverOf({ workspace, stage }: Pick<Work, 'workspace' | 'stage'>): TakeOver | null {
  if (workspace === null) return null
  const path = workspace.path.replaceAll('\\', '/')
  const own = path.lastIndexOf('/.orch/')
  const worktree = own === -1 ? path : path.slice(own + 1)
  return { worktree, branch: workspace.branch, stageBranch: workspace.branch.replace(/[^/]+$/, wholeOf(stage)) }
}

/** The failure with what a person needs to know to resolve a conflict themselves. */
export function withTakeOver(failure: Failure, work: Pick<Work, 'workspace' | 'stage'>): Failure {
  const takeOver = takeOverOf(work)
  const isConflict = failure.reason === 'conflict-unresolved' || failure.reason === 'resolution-refused'
  return takeOver === null || !isConflict ? failure : { ...failure, takeOver }
}
