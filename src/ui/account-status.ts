import type { AccountName } from '../core/account.js'
import type { RunState } from '../core/run-state.js'
import type { AccountStatus } from './status-shape.js'

/** An account as scripts see it. @param state of the last run; null: there was none @param now epoch milliseconds */
export function accountStatus(state: RunState | null, name: AccountName, now: number): AccountStatus {
  const limit = state?.limits[name]
  const closed = limit !== undefined && limit.until > now ? limit : null
  return {
    name,
    state: closed === null ? 'open' : 'closed',
    until: closed === null ? null : new Date(closed.until).toISOString(),
    window: closed?.window ?? null,
    current: state?.account === name,
    sessions: state?.narrowed[name] ?? null,
  }
}
