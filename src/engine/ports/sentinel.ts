import type { Failure } from '../../core/failure.js'
import type { Change } from '../../core/leak.js'
import type { Result } from '../../core/result.js'

/** A worktree in which nobody works now. The stamp changes whenever orch itself or a session has worked in it since. */
export interface QuietPlace {
  readonly path: string
  readonly stamp: string
  /** False: it need not be looked at now; what changes in it is found when it is. */
  readonly isDue: boolean
}

/** Sees what changes outside of the worktrees in which sessions run: the person's checkout, quiet worktrees, refs, the stash. */
export interface Sentinel {
  /** What changed since the last look and was not done by orch itself; the first look finds nothing. */
  look(quiet: readonly QuietPlace[]): Promise<Result<readonly Change[], Failure>>
  /** What a worktree holds now belongs there: from its next look on, it is compared with that. */
  settle(place: Omit<QuietPlace, 'isDue'>): Promise<Result<void, Failure>>
  /** What lies at these absolute paths, against what was there when it was last known. */
  inspect(paths: readonly string[]): Promise<Result<readonly Change[], Failure>>
  /** The changes as a patch, binary files included; commits that lost their name are kept reachable. */
  keep(changes: readonly Change[]): Promise<Result<string, Failure>>
}
