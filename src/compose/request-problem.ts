import { type Order, refusalOf } from '../core/order.js'
import type { Selection } from '../core/plan.js'
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

/** Why what a person ordered for a task of the run cannot be done; null: it can. */
export function orderProblem(state: RunState, order: Order): Trouble | null {
  const refusal = refusalOf(state, order)
  return refusal === null ? null : asWrongName(order.task, refusal.message, refusal.hint)
}

/** An order is for a task of an unfinished run. */
export const noRunFor = ({ kind, task }: Order): Trouble =>
  asWrongName(task, `there is no unfinished run in which to ${kind} ${task}`, 'See what there is: orch status; begin a run: orch run')
