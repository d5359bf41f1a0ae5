import type { WorkId } from '../fact.js'
import type { MemoryLevel } from './admission.js'

/** A session that runs, the oldest first in a list of them. */
export interface RunningSession {
  readonly task: WorkId
  /** Epoch ms since when it is frozen; null: it is not. */
  readonly frozenSince: number | null
  /** It cannot be frozen: the system has no such signal, or it did not take it. */
  readonly unfreezable: boolean
}

/** What is done to which session. A stopped one goes on later, in its conversation. */
export interface Relief {
  readonly kind: 'freeze' | 'thaw' | 'stop'
  readonly task: WorkId
}

/** How long freezing is given before a frozen session is ended to give its memory back; and how long one stays frozen at all. Milliseconds. */
export interface ReliefTimes {
  readonly patienceMs: number
  readonly longestMs: number
}

interface Halves {
  readonly frozen: readonly RunningSession[]
  readonly awake: readonly RunningSession[]
}

/**
 * One measure for each look at the machine, the youngest session first, since it has the least to lose. Freezing stops the growth,
 * but gives nothing back, so a machine that stays critical has a frozen session ended. Null: nothing is to be done.
 */
export function reliefFor(level: MemoryLevel, sessions: readonly RunningSession[], now: number, times: ReliefTimes): Relief | null {
  const frozen = sessions.filter((s) => s.frozenSince !== null)
  const awake = sessions.filter((s) => s.frozenSince === null)
  if (level === 'critical') return inNeed({ frozen, awake }, now, times)
  const [oldest] = frozen
  if (oldest === undefined) return null
  // Nobody else is left who could give memory back.
  if (level === 'calm' || awake.length === 0) return { kind: 'thaw', task: oldest.task }
  const overdue = frozen.findLast((s) => now - (s.frozenSince ?? now) >= times.longestMs)
  return overdue === undefined ? null : { kind: 'stop', task: overdue.task }
}

/** One at a time: whether it helped is seen at a later look, and the older sessions work on meanwhile. */
function inNeed({ frozen, awake }: Halves, now: number, times: ReliefTimes): Relief | null {
  const victim = frozen.at(-1)
  if (victim !== undefined) {
    const waited = frozen.some((s) => now - (s.frozenSince ?? now) >= times.patienceMs)
    return waited || awake.length === 0 ? { kind: 'stop', task: victim.task } : null
  }
  const youngest = awake.at(-1)
  return youngest === undefined ? null : { kind: youngest.unfreezable ? 'stop' : 'freeze', task: youngest.task }
}
