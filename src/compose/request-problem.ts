import type { Selection } from '../core/plan.js'
import { hasStopped, retryableWork } from '../core/retryable.js'
import type { RunState } from '../core/run-state.js'
import { asWrongName, type Trouble } from './trouble.js'

/** An unfinished run was begun for another choice than is asked for now; null: it was not. */
export function selectionMismatch(state: RunState, asked: Selection): Trouble | null {
  const isAll = asked.stages.length === 0 && asked.milestones.length === 0
  if (isAll || JSON.stringify(asked) === JSON.stringify(state.selection)) return null
  const file = asked.stages.length > 0 ? '--stage' : '--milestone'
  const message = `the run ${state.run} is unfinished and was begun for another choice of milestones`
  return asWrongName(file, message, 'Finish it with orch resume, or begin another one beside it: add --new')
}

/** Why a task of the run cannot be tried again; null: it can. */
export function retryProblem(state: RunState, id: string): Trouble | null {
  const retryable = retryableWork(state)
  if (retryable.includes(id)) return null
  const work = state.work[id]
  const problem = (message: string, hint: string) => asWrongName(id, message, hint)
  if (work !== undefined && hasStopped(work))
    return problem(
      `stage ${work.stage} has passed without ${id}`,
      'Another run carries it out: orch run, once this one is finished, or orch run --new',
    )
  const message = work === undefined ? `there is no task ${id} in the run ${state.run}` : `${id} has not failed`
  return problem(
    message,
    retryable.length === 0 ? 'No task of it has failed; go on with orch resume' : `These have: ${retryable.join(', ')}`,
  )
}
