import type { PublishedRequest } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'
import type { RunState } from '../../core/run-state.js'

/** Shows landed stages to others as pull requests. */
export interface Publisher {
  /** May be repeated: what is open is updated. `pull-request-red`: its checks failed, or did not end in time. */
  publish(state: RunState, stage: number, stop: AbortSignal): Promise<Result<readonly PublishedRequest[], Failure>>
}
