import type { RecordedFact } from '../core/fact.js'
import type { RunState } from '../core/run-state.js'
import { timeOfDay } from './moment.js'
import { factSentence } from './wording.js'

/** A saved fact as a line of `orch logs`: local time and what happened. */
export const factLine = (fact: RecordedFact, timeZone: string | undefined, state: RunState | null = null): string => {
  const at = Date.parse(fact.at)
  return `${timeOfDay(at, timeZone)} ${factSentence(fact, { now: at, timeZone }, state)}`
}
