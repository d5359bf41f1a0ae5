import type { Again } from '../session.js'

/**
 * What is done about a session that gave no sign of life and was ended, in this order: it is gone on with and told so, a new one is
 * begun in its place, a person is needed.
 */
export type Remedy = 'nudge' | 'restart' | 'park'

/** What was already tried since a session of the work last came to its end; null: nothing. */
export type TriedRemedy = 'nudge' | 'restart' | null

/**
 * The next rung.
 * @param again what the conversation allows: one that never began, or that nobody may go on with, cannot be nudged
 */
export function remedyAfter(tried: TriedRemedy, again: Again): Remedy {
  if (again === 'never' || tried === 'restart') return 'park'
  return tried === null && again === 'resume' ? 'nudge' : 'restart'
}
