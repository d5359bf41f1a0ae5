import { leavesSession, type OrderFact } from '../core/by-hand.js'
import type { Work } from '../core/work.js'
import { currentWork, type Engine, record } from './engine.js'
import { putReviewBack } from './review-changes.js'
import { spentWhenCutOff } from './session.js'
import { isWhole, workspaceOf } from './workspace.js'

/**
 * Records what a person ordered. A session that orch's own death cut off, and that is not gone on with after that, ends here as it would
 * have when the run went on: what a review changed is put back, and what was spent stays counted.
 */
export async function takeOrder(engine: Engine, order: OrderFact): Promise<void> {
  const work = currentWork(engine, order.task)
  if (leavesSession(work, order)) {
    if (!isNewBeginning(order)) await putBackIfUntouched(engine, work)
    await countCutOff(engine, work)
  }
  await record(engine, order)
}

/** Then its worktree has been put back already, to something else. */
const isNewBeginning = (order: OrderFact): boolean => order.type === 'task-retried' && order.from === 'scratch'

/** Whoever committed on the branch since goes before the review: it is theirs that the person wants judged or merged. */
async function putBackIfUntouched(engine: Engine, work: Work): Promise<void> {
  const { repository } = engine.ports
  if (work.open?.running !== true || work.open.tree === null) return
  const { path, branch } = workspaceOf(work)
  const isThere = await repository.snapshot(path)
  const tip = isWhole(work) ? null : await repository.branchTip(branch)
  if (isThere.ok && (tip === null || (tip.ok && tip.value === work.head))) await putReviewBack(engine, work)
}

/** The session that was at it will not be gone on with; what it cost stays counted, if it had come to its end or not. */
export async function countCutOff(engine: Engine, work: Work): Promise<void> {
  if (work.open?.running !== true) return
  const { id: task, open, attempts: attempt, reviews } = work
  const number = open.step === 'review' ? reviews + 1 : attempt
  const ended = await engine.ports.agent.recall(open.session, open.step, number)
  const usage = ended?.usage ?? (await spentWhenCutOff(engine, work))
  if (usage === null) return
  if (open.step === 'review') await record(engine, { type: 'review-interrupted', task, cause: 'crash', anew: true, usage })
  else await record(engine, { type: 'attempt-interrupted', task, attempt, cause: 'crash', usage })
}
