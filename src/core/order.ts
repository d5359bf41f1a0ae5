import { type WorkId, wholeOf } from './fact.js'
import { hasStopped, retryableWork } from './retryable.js'
import { type RunState, stageOf } from './run-state.js'
import type { Work, WorkPhase } from './work.js'

/** What a person orders for one task of an unfinished run: `orch retry`, `orch review`, `orch merge`. The run then goes on. */
export type Order =
  /** `from` null: where it stopped. */
  | { readonly kind: 'retry'; readonly task: WorkId; readonly from: 'scratch' | 'review' | null }
  | { readonly kind: 'review'; readonly task: WorkId }
  | { readonly kind: 'merge'; readonly task: WorkId; readonly note: string | null }

/** Why an order makes no sense, and what to type in its place. */
export interface Refusal {
  readonly message: string
  readonly hint: string
}

/** Null: it makes sense. */
export function refusalOf(state: RunState, order: Order): Refusal | null {
  const work = state.work[order.task]
  if (work === undefined)
    return { message: `there is no task ${order.task} in the run ${state.run}`, hint: 'See what there is: orch status' }
  if (order.kind === 'retry') return retryRefusal(state, work) ?? startRefusal(work, order.from)
  return passedBy(state, work) ?? handRefusal(work, order.kind) ?? judgeRefusal(work, order.kind)
}

const passedBy = (state: RunState, work: Work): Refusal | null =>
  hasStopped(work) && stageOf(state, work.stage).phase === 'done'
    ? {
        message: `stage ${work.stage} has passed without ${work.id}`,
        hint: 'Another run carries it out: orch run, once this one is finished, or orch run --new',
      }
    : null

function retryRefusal(state: RunState, work: Work): Refusal | null {
  const retryable = retryableWork(state)
  if (retryable.includes(work.id)) return null
  const others = retryable.length === 0 ? 'No task of it has failed; go on with orch resume' : `These have: ${retryable.join(', ')}`
  return passedBy(state, work) ?? { message: `${work.id} has not failed`, hint: others }
}

function startRefusal(work: Work, from: 'scratch' | 'review' | null): Refusal | null {
  if (from === 'review') return judgeRefusal(work, 'retry')
  if (from !== 'scratch' || work.id !== wholeOf(work.stage)) return null
  return {
    message: `${work.id} is made of its tasks and has no beginning of its own`,
    hint: `Go on where it stopped: orch retry ${work.id}`,
  }
}

/** Work that is on its way needs no hand. */
function handRefusal(work: Work, kind: 'review' | 'merge'): Refusal | null {
  if (work.phase === 'combined' || work.phase === 'merged')
    return { message: `${work.id} is ${work.phase === 'merged' ? 'merged' : 'on its way into the branch'} already`, hint: 'orch status' }
  if (kind === 'merge' && work.phase === 'approved')
    return work.milestone?.approval === true && !work.approvedByPerson
      ? { message: `${work.id} only waits for your approval`, hint: `orch approve ${work.id}` }
      : { message: `${work.id} is approved and will be merged`, hint: 'orch resume' }
  if (work.open !== null && work.open.step !== 'review')
    return { message: `a session of ${work.id} was cut off and is to go on`, hint: 'orch resume' }
  return null
}

const judgeable: readonly WorkPhase[] = ['worked', 'checked', 'reviewed', 'approved']

/** Nothing is there to be judged or merged before it was implemented, nor while both sides of a conflict lie there. */
function judgeRefusal(work: Work, kind: Order['kind']): Refusal | null {
  const stands = work.stoppedIn ?? work.phase
  const retry = `orch retry ${work.id}`
  if (stands === 'unmergeable')
    return {
      message: `${work.id} cannot be joined with what was merged before it, which no review can settle`,
      hint: `Go on with it: ${retry}`,
    }
  if (judgeable.includes(stands) && work.head !== null && work.head !== work.workspace?.base) return null
  const what = kind === 'merge' ? 'merge' : 'review'
  return { message: `${work.id} has nothing to ${what} yet`, hint: hasStopped(work) ? `Let it be worked on: ${retry}` : 'orch resume' }
}
