import { allPassed } from './check.js'
import { unreachable } from './result.js'
import { closedForAll, type RunState } from './run-state.js'
import type { Work } from './work.js'

/** A task's state as TASKS.md, `orch status` and every other view call it. */
export type TaskStateName =
  | 'pending'
  | 'waiting'
  | 'working'
  | 'checking'
  | 'reviewing'
  | 'approved'
  | 'merging'
  | 'merged'
  | 'failed'
  | 'blocked'
  | 'parked'
  | 'skipped'

/** One word for where a piece of work stands, out of its phase, its session and the run around it. */
export function publicState(state: RunState, work: Work): TaskStateName {
  const settled = settledState(state, work)
  if (settled !== null) return settled
  if (isHeldBack(state, work)) return 'waiting'
  return work.open === null ? betweenSessions(work) : work.open.step === 'review' ? 'reviewing' : 'working'
}

/** Whatever a session or a limit may do, these words stay. */
function settledState(state: RunState, work: Work): TaskStateName | null {
  switch (work.phase) {
    case 'approved':
    case 'merged':
    case 'failed':
    case 'parked':
      return work.phase
    case 'combined':
      return isUnderWay(state, work) ? 'merging' : 'approved'
    case 'blocked':
      return work.optional && isOver(state, work) ? 'skipped' : 'blocked'
    case 'pending':
      return 'pending'
    default:
      return null
  }
}

/** Its stage runs, and so does the run: what is combined will be landed. */
const isUnderWay = (state: RunState, work: Work): boolean =>
  state.ending === null && state.stages.some((s) => s.stage === work.stage && s.phase === 'running')

/** Its stage passed without it. */
const isOver = (state: RunState, work: Work): boolean => state.stages.some((s) => s.stage === work.stage && s.phase === 'done')

/** Its session cannot go on now: the account's limit is reached, or the run has stopped. */
function isHeldBack(state: RunState, work: Work): boolean {
  // A session that was cut off by a kill is still called running in the state, so that its end is looked for.
  if (state.ending !== null || work.held !== null) return true
  return work.open !== null && !work.open.running && closedForAll(state) !== null
}

function betweenSessions(work: Work): TaskStateName {
  switch (work.phase) {
    case 'opened':
    case 'ready':
      return 'working'
    case 'worked':
      return 'checking'
    case 'checked':
      return allPassed(work.checks) ? 'reviewing' : 'checking'
    case 'reviewed':
      return work.verdict?.approved === true ? 'reviewing' : 'working'
    case 'unmergeable':
      return 'merging'
    case 'pending':
    case 'approved':
    case 'combined':
    case 'merged':
    case 'failed':
    case 'parked':
    case 'blocked':
      throw new Error(`Internal error: ${work.id} is ${work.phase}, which has a word of its own`)
    default:
      return unreachable(work.phase)
  }
}
