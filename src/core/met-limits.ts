import type { AccountName } from './account.js'
import type { RecordedFact } from './fact.js'

/** A limit that a run met, and how long nothing was started on the account for it. */
export interface MetLimit {
  readonly account: AccountName
  readonly window: string | null
  readonly from: string
  /** Null: it is still closed. */
  readonly until: string | null
  readonly waitedMs: number
}

/** @param now epoch milliseconds: how long one has been waited for that is still closed */
export function limitsIn(facts: readonly RecordedFact[], now: number): readonly MetLimit[] {
  return facts.flatMap((fact, i) => {
    if (fact.type !== 'limit-hit') return []
    const later = facts.slice(i + 1).filter((f) => (f.type === 'limit-hit' || f.type === 'limit-lifted') && f.account === fact.account)
    // Met once more before it was lifted, it is the same waiting that goes on.
    const until = later[0]?.at ?? null
    const waitedMs = Math.max(0, (until === null ? Math.min(now, fact.until) : Date.parse(until)) - Date.parse(fact.at))
    return [{ account: fact.account, window: fact.window, from: fact.at, until, waitedMs }]
  })
}
