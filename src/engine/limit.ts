import type { AccountName } from '../core/account.js'
import { closedUntil } from '../core/policy/limit.js'
import type { LimitNotice } from '../core/session.js'
import { type Engine, record, stateOf } from './engine.js'

/** A limit closes the account for every start. Sessions that meet the same one later change nothing unless they know a later reset. */
export async function hitLimit(engine: Engine, account: AccountName, notice: LimitNotice): Promise<void> {
  const { limits, guessedLimits } = stateOf(engine)
  const known = limits[account]
  const now = engine.ports.clock.now()
  const { until, guessed } = closedUntil(notice, guessedLimits[account] ?? 0, engine.config.rateLimit, now)
  if (known !== undefined && known.until > now && (guessed || until <= known.until)) return
  engine.gate.close(account, { until, window: notice.window })
  await record(engine, { type: 'limit-hit', account, until, guessed, window: notice.window })
}
