import type { Deferred } from '../../core/deferred.js'
import type { RunState } from '../../core/run-state.js'

/** What is told in the repository itself: text before, text after. */
export interface Board {
  /** TASKS.md as the state tells it; everything outside the markers stays. */
  render(existing: string | null, state: RunState): string
  /** The milestone file with what a stage deferred; null: it deferred nothing, and there is none. */
  renderDeferred(existing: string | null, stage: number, deferred: readonly Deferred[]): string | null
}
