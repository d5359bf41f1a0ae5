import type { Failure } from '../core/failure.js'
import { isTripped } from '../core/policy/breaker.js'
import type { Work } from '../core/work.js'
import { type Engine, record, stateOf } from './engine.js'

/** Once several tasks have failed alike often enough, the next one would too: the stage is held, and nothing more is paid for. */
export async function holdIfAllFailAlike(engine: Engine, { stage }: Work): Promise<void> {
  const { streak } = stateOf(engine)
  if (!isTripped(streak, engine.config.health.breaker) || engine.halt.soft.aborted) return
  const { failure: cause, count, tasks } = streak
  const failure: Failure = { reason: 'breaker-tripped', cause, count, tasks }
  engine.halt.request({ ending: 'needs-person', failure })
  await record(engine, { type: 'stage-held', stage, failure })
}
