import type { RunState, StageState } from './run-state.js'
import { isSettled } from './work.js'

/** How many worktrees stages from this one on will want at a time, beside those that they have: one for each task to come and one for the whole of them. */
export function sparesWanted(state: RunState, from: number): number {
  const toCome = state.stages.filter(({ stage, phase }) => stage >= from && (phase === 'pending' || phase === 'running'))
  return Math.max(0, ...toCome.map((stage) => placesOf(state, stage)))
}

function placesOf(state: RunState, { tasks }: StageState): number {
  const lacking = tasks.filter((id) => {
    const work = state.work[id]
    return work === undefined || (work.workspace === null && !isSettled(work))
  }).length
  return lacking === 0 ? 0 : lacking + 1
}
