import { closedUntil } from '../core/policy/limit.js'
import type { LimitNotice } from '../core/session.js'
import { type Engine, record, stateOf } from './engine.js'

/** A limit closes the account for every start. Sessions that meet the same one later change nothing unless they know a later reset. */
export async function hitLimit(engine: Engine, notice: LimitNotice): Promise<void> {
  const { limit: known, guessedLimits } = stateOf(engine)
  const now = engine.ports.clock.now()
  const { until, guessed } = closedUntil(notice, guessedLimits, engine.config.rateLimit, now)
  if (known !== null && known.until > now && (guessed || until <= known.until)) return
  engine.gate.close({ until, window: notice.window })
  await record(engine, { type: 'limit-hit', until, guessed, window: notice.window })
}
