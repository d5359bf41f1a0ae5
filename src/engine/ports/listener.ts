import type { Progress, RecordedFact } from '../../core/fact.js'
import type { RunState } from '../../core/run-state.js'

/** Facts and progress, for views. Must not throw. */
export interface Listener {
  heard(fact: RecordedFact, state: RunState): void
  progressed(progress: Progress): void
}
