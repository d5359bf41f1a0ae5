import type { WorkId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'

/** What each worktree has of this machine for itself: ports, a temporary folder, names. */
export interface Leases {
  /** The environment variables that tell of it; taken the first time, and the same from then on. */
  take(task: WorkId, place: string): Promise<Result<Readonly<Record<string, string>>, Failure>>
  /** The worktree is gone. */
  release(place: string): Promise<void>
}
