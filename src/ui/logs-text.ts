import type { RecordedFact } from '../core/fact.js'
import { timeOfDay } from './moment.js'
import { factSentence } from './wording.js'

/** A saved fact as a line of `orch logs`: local time and what happened. */
export const factLine = (fact: RecordedFact, timeZone: string | undefined): string => {
  const at = Date.parse(fact.at)
  return `${timeOfDay(at, timeZone)} ${factSentence(fact, { now: at, timeZone })}`
}
