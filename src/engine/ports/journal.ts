import type { Fact } from '../../core/fact.js'
import type { RunState } from '../../core/run-state.js'

/** The saved facts and the checkpoint. */
export interface Journal {
  readonly state: RunState
  /** Reduces, saves durably, then tells; in the order of the calls. */
  record(fact: Fact): Promise<RunState>
}
