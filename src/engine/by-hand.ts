import type { OrderFact } from '../core/by-hand.js'
import type { CommitId, WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Milestone } from '../core/milestone.js'
import type { Order } from '../core/order.js'
import { ok, type Result } from '../core/result.js'
import { type RunState, stageOf, workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import type { FreshStarts, Repository } from './ports/repository.js'
import { keepEdits } from './retry.js'
import { isWhole, workspaceOf } from './workspace.js'

interface HandNeeds {
  readonly state: RunState
  readonly repository: Pick<Repository, 'commitWork' | 'branchTip'> & FreshStarts
  /** Files that must never be committed. */
  readonly never: readonly string[]
  /** What the task's file says now; null: it is gone, and the text of then stands. */
  readonly milestone: Milestone | null
}

/**
 * Does to git what a person ordered for a task. What lies in its worktree, a person's own edits, becomes a commit first.
 * @returns the fact that tells of it, to be taken (`takeOrder`) once the run goes on
 */
export async function carryOutOrder(needs: HandNeeds, order: Order): Promise<Result<OrderFact, Failure>> {
  const work = workOf(needs.state, order.task)
  if (order.kind === 'retry' && order.from === 'scratch') return beginAnew(needs, work)
  await keepEdits({ run: needs.state.run, ...needs }, work)
  const { task } = order
  if (order.kind === 'retry')
    return ok({ type: 'task-retried', task, milestone: needs.milestone, ...(order.from === null ? {} : { from: order.from }) })
  const commit = await standingOf(needs, work)
  if (!commit.ok) return commit
  return ok(
    order.kind === 'review'
      ? { type: 'review-asked', task, commit: commit.value }
      : { type: 'merge-decided', task, commit: commit.value, note: order.note },
  )
}

/** Where the task's branch is now, by whosever hand. */
async function standingOf({ repository }: HandNeeds, work: Work): Promise<Result<CommitId, Failure>> {
  if (work.head === null) throw new Error(`Internal error: ${work.id} has no commit`)
  return isWhole(work) ? ok(work.head) : repository.branchTip(workspaceOf(work).branch)
}

/** The branch starts again from where its stage stands now; what it held stays under a name of its own. */
async function beginAnew({ state, repository, milestone }: HandNeeds, work: Work): Promise<Result<OrderFact, Failure>> {
  const task: WorkId = work.id
  const base = stageOf(state, work.stage).integration
  const kept = work.workspace === null || base === null ? ok(null) : await repository.startAnew(work.workspace, base)
  if (!kept.ok) return kept
  return ok({ type: 'task-retried', task, milestone, from: 'scratch', ...(kept.value === null ? {} : { keptAs: kept.value }) })
}
