import type { WorkId } from './fact.js'
import { type RunState, stageOf } from './run-state.js'
import type { Work } from './work.js'

/**
 * Work that a person can have tried again: it failed, or waits for them. What is only blocked by the failure of something else
 * goes on by itself, and what its stage has passed without is for another run.
 */
export const retryableWork = (state: RunState): readonly WorkId[] =>
  Object.values(state.work)
    .filter((work) => hasStopped(work) && stageOf(state, work.stage).phase !== 'done')
    .map((work) => work.id)

export const hasStopped = (work: Work): boolean =>
  work.phase === 'failed' || work.phase === 'parked' || (work.phase === 'blocked' && work.failure?.reason === 'entry-requirement-unmet')
