import type { PaceConfig } from '../config.js'

/**
 * A token bucket: it holds what may be used at once and fills up as time passes. What a session uses shows only while it is
 * at work, so the level may fall below zero: then nothing starts until the debt is filled up.
 */
export interface Bucket {
  readonly level: number
  readonly capacity: number
  /** Filled up in a millisecond. */
  readonly rate: number
  /** When the level was that, epoch ms. */
  readonly at: number
}

/** What is paced: calls of the model and tokens in a minute, tokens in a day. */
export interface Pace {
  readonly requests: Bucket
  readonly tokens: Bucket
  readonly tokensOfDay: Bucket
}

const minute = 60_000
const day = 24 * 60 * minute

/** Full buckets, but for what was used in the day before. */
export function beginPace(config: PaceConfig, usedInDay: number, now: number): Pace {
  const bucket = (amount: number, ms: number, burst: number): Bucket => ({
    level: amount * burst,
    capacity: amount * burst,
    rate: amount / ms,
    at: now,
  })
  return {
    requests: bucket(config.requestsPerMinute, minute, config.burst),
    tokens: bucket(config.tokensPerMinute, minute, config.burst),
    tokensOfDay: drain(bucket(config.tokensPerDay, day, 1), usedInDay, now),
  }
}

export const levelAt = (bucket: Bucket, now: number): number =>
  Math.min(bucket.capacity, bucket.level + Math.max(0, now - bucket.at) * bucket.rate)

export const drain = (bucket: Bucket, amount: number, now: number): Bucket => ({ ...bucket, level: levelAt(bucket, now) - amount, at: now })

export const usePace = (pace: Pace, used: { readonly requests: number; readonly tokens: number }, now: number): Pace => ({
  requests: drain(pace.requests, used.requests, now),
  tokens: drain(pace.tokens, used.tokens, now),
  tokensOfDay: drain(pace.tokensOfDay, used.tokens, now),
})

/** Epoch ms from which a session may start; not later than now: at once. Only what is critical may draw on the reserve. */
export function startsAt(pace: Pace, reserve: number, isCritical: boolean, now: number): number {
  const buckets = [pace.requests, pace.tokens, pace.tokensOfDay]
  return Math.max(...buckets.map((bucket) => reachesAt(bucket, Math.max(1, isCritical ? 1 : bucket.capacity * reserve), now)))
}

function reachesAt(bucket: Bucket, level: number, now: number): number {
  const missing = Math.min(level, bucket.capacity) - levelAt(bucket, now)
  return missing <= 0 ? now : now + Math.ceil(missing / bucket.rate)
}
