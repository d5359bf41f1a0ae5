/** What one session took at most, over its life. */
export interface Peak {
  /** Bytes. */
  readonly memory: number
  /** Processors kept busy. */
  readonly processors: number
}

/** What a session is expected to take. */
export interface Need {
  /** Bytes. */
  readonly memory: number
  /** How many sessions that is learnt from; 0: it is the configured value. */
  readonly sessions: number
}

/** Peaks that are remembered of each kind: older ones tell of a project that has changed since. */
export const peaksKept = 50
/** Looks are some seconds apart, so the true peak lies above the highest that was seen. */
const unseen = 1.2
const quantile = 0.9

/**
 * What the next session of a kind is expected to take. With n peaks the ⌈(n + 1) · 0.9⌉-th smallest is exceeded by the next one at most
 * one time in ten, whatever their distribution (the order statistic that conformal prediction uses); that needs n ≥ 9. From fewer nothing
 * of the kind can be said, so there the highest counts, and never less than what is configured.
 */
export function expectedNeed(peaks: readonly Peak[], configured: number): Need {
  const sorted = peaks.map((p) => p.memory).sort((a, b) => a - b)
  const rank = Math.ceil((sorted.length + 1) * quantile)
  const seen = (rank <= sorted.length ? sorted[rank - 1] : sorted.at(-1)) ?? 0
  const memory = Math.ceil(seen * unseen)
  return { memory: rank <= sorted.length ? memory : Math.max(configured, memory), sessions: sorted.length }
}
