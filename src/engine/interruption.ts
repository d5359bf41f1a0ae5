import type { InterruptionCause } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { SessionOutcome } from '../core/session.js'
import type { Work } from '../core/work.js'

/** So often in a row a session may be ended to give memory back; then it counts as failed, or it would be begun for ever. */
const mostEvictions = 3

/** Why a session that orch itself ended counts as interrupted; the bad news: it has been ended too often. */
export function interruptionCause(work: Work, { because }: SessionOutcome & { kind: 'stopped' }): Result<InterruptionCause, Failure> {
  if (because === 'memory' && work.evictions >= mostEvictions) return err({ reason: 'memory-short', times: work.evictions + 1 })
  return ok(because ?? 'stop')
}
