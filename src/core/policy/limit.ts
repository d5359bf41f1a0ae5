import type { LimitNotice } from '../session.js'

/** How a closed account is waited for. Milliseconds. */
export interface LimitPolicy {
  /** Once to twice as long is added to the instant that the program gave. */
  readonly marginMs: number
  /** First wait when it gave none, doubling up to an hour. */
  readonly waitMs: number
}

const hour = 3_600_000
/** The longest window there is lasts seven days: an instant beyond that is a mistake. */
export const farthestReset = 8 * 24 * hour

export interface LimitDecision {
  /** Epoch ms until which nothing starts. */
  readonly until: number
  /** The program gave no usable instant. */
  readonly guessed: boolean
}

/**
 * `random`, from 0 to 1, spreads the margin, so that not everybody who was told the same instant comes back at once.
 * A reset that is missing, past or absurd falls back to a doubling wait, so that a wrong stamp never makes a hot loop.
 */
export function closedUntil(
  notice: LimitNotice,
  guessesBefore: number,
  policy: LimitPolicy,
  { now, random }: { now: number; random: number },
): LimitDecision {
  const { resetsAt } = notice
  const margin = Math.round(policy.marginMs * (1 + random))
  if (resetsAt !== null && Number.isFinite(resetsAt) && resetsAt + margin > now && resetsAt - now <= farthestReset)
    return { until: resetsAt + margin, guessed: false }
  const wait = Math.min(Math.max(hour, policy.waitMs), policy.waitMs * 2 ** Math.min(guessesBefore, 20))
  return { until: now + wait, guessed: true }
}
