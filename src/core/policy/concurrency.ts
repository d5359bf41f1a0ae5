/**
 * How many sessions one account bears at a time, found as TCP finds its window (RFC 5681): after a limit one session, then twice as
 * many for each round of answers; once overload was met, half as many, and from there one more for each round.
 */
export interface Window {
  /** At least 1; only the whole part counts. */
  readonly sessions: number
  /** From here on it grows by one for each round of answers instead of doubling. */
  readonly threshold: number
}

/** One session has to show that the account is open again. */
export const probing: Window = { sessions: 1, threshold: Number.POSITIVE_INFINITY }

/** After an overload that `atOnce` sessions at a time have met. */
export function afterOverload(atOnce: number): Window {
  const half = Math.max(1, Math.floor(atOnce / 2))
  return { sessions: half, threshold: half }
}

/** After an answer. @param most as many as are configured; null: it bears them all again */
export function afterAnswer({ sessions, threshold }: Window, most: number): Window | null {
  const grown = sessions + (sessions < threshold ? 1 : 1 / sessions)
  // What a chain of fractions adds up to may lie a hair below a whole number.
  return grown + 1e-9 >= most ? null : { sessions: grown, threshold }
}

export const wholeSessions = (window: Window): number => Math.floor(window.sessions + 1e-9)
