import type { AgainAt } from '../fact.js'
import type { Failure } from '../failure.js'
import type { Again } from '../session.js'
import { type Remedy, remedyAfter, type TriedRemedy } from './stuck.js'

/** After a failed session: again from an instant, or not. All durations in milliseconds. */
export interface RetryPolicy {
  /** Sessions in a row that may fail and count before the task is given up. */
  readonly retries: number
  /** First delay when the service is unavailable; each further one is `factor` times longer, at most `maxMs`. */
  readonly delayMs: number
  readonly factor: number
  readonly maxMs: number
}

export interface RetryDecision {
  readonly again: AgainAt | null
  /** Whether it counts against the task. The surroundings' faults do not. */
  readonly counts: boolean
}

/** Setbacks by the surroundings in a row before a task is given up: hours, at the longest delay. */
export const mostSetbacks = 40

/** A crashed program may start again soon: 1 s, doubling, at most a minute. */
const crashDelay = { delayMs: 1000, factor: 2, maxMs: 60_000 }

/**
 * Decides from the failure and how often it happened in a row before.
 * `random`, from 0 to 1, spreads the delay over its upper half so that sessions do not start in step.
 */
export function afterFailedSession(
  failure: Failure,
  again: Again,
  before: { failures: number; setbacks: number; remedy: TriedRemedy },
  policy: RetryPolicy,
  { now, random }: { now: number; random: number },
): RetryDecision {
  if (failure.reason === 'agent-silent') return { again: againAfter(remedyAfter(before.remedy, again), now), counts: false }
  if (failure.reason === 'service-unavailable') {
    if (before.setbacks >= mostSetbacks) return { again: null, counts: false }
    return {
      again: { at: now + backoff(policy, before.setbacks, random), session: again === 'resume' ? 'resume' : 'fresh' },
      counts: false,
    }
  }
  const most = Math.min(policy.retries, mostRepeats(failure))
  if (again === 'never' || before.failures >= most) return { again: null, counts: true }
  const at = isProgramFault(failure) ? now + backoff(crashDelay, before.failures, random) : now
  return { again: { at, session: again }, counts: true }
}

const againAfter = (remedy: Remedy, now: number): AgainAt | null =>
  remedy === 'park' ? null : { at: now, session: remedy === 'nudge' ? 'resume' : 'fresh' }

/** Where repeating the same thing seldom helps, once is enough. */
const mostRepeats = (failure: Failure): number =>
  failure.reason === 'empty-diff' ||
  failure.reason === 'permission-refused' ||
  failure.reason === 'context-too-long' ||
  failure.reason === 'agent-refused'
    ? 1
    : Number.MAX_SAFE_INTEGER

const isProgramFault = (failure: Failure): boolean => failure.reason === 'agent-crashed' || failure.reason === 'agent-without-result'

/** Exponential delay with the upper half spread by chance. */
export function backoff(curve: { delayMs: number; factor: number; maxMs: number }, times: number, random: number): number {
  const full = Math.min(curve.maxMs, curve.delayMs * curve.factor ** Math.min(times, 60))
  return Math.round(full / 2 + (full / 2) * random)
}
