import { wholeOf } from '../core/fact.js'
import type { Change } from '../core/leak.js'
import { allWork, type RunState } from '../core/run-state.js'
import { isSettled, type Work } from '../core/work.js'
import type { QuietPlace } from './ports/sentinel.js'

type Place = Omit<QuietPlace, 'isDue'>

/** Settled tasks whose worktree is still there; in those that failed or were parked a person may be at work. */
export function quietPlaces(state: RunState): readonly Place[] {
  return allWork(state).flatMap((work) => (isInOrchsHands(work) && isSettled(work) ? placeOf(work) : []))
}

/** The worktree of a task while it is there. None for the whole of a stage, whose worktree is overwritten again and again. */
export const placeOf = (work: Work): readonly Place[] =>
  work.workspaceOpen && work.workspace !== null && work.milestone !== null
    ? [{ path: work.workspace.path, stamp: `${work.head ?? ''} ${work.attempts} ${work.mergeRounds}` }]
    : []

const isInOrchsHands = (work: Work): boolean =>
  work.phase !== 'failed' && work.phase !== 'parked' && work.phase !== 'blocked' && work.phase !== 'merged'

/** The work whose own worktree or branch was changed; null: it is a place in which the person may work. */
export function ownerOf(change: Change, state: RunState): Work | null {
  const stage = state.stages.find((s) => change.name === `refs/heads/${s.branch ?? ''}`)
  const isOwn = (work: Work): boolean => {
    if (change.kind === 'file') return change.place === work.workspace?.path
    return change.name === `refs/heads/${work.workspace?.branch ?? ''}` || (stage !== undefined && work.id === wholeOf(stage.stage))
  }
  return allWork(state).find((work) => isInOrchsHands(work) && isOwn(work)) ?? null
}
