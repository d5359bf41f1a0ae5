import { attemptMessage } from '../core/commit-message.js'
import type { WorkId } from '../core/fact.js'
import type { Milestone } from '../core/milestone.js'
import type { Work } from '../core/work.js'
import { takeOrder } from './cut-off.js'
import { currentWork, type Engine, stateOf } from './engine.js'
import type { Repository } from './ports/repository.js'
import { isWhole } from './workspace.js'

interface EditNeeds {
  readonly run: string
  readonly repository: Pick<Repository, 'commitWork'>
  /** Files that must never be committed. */
  readonly never: readonly string[]
}

/**
 * Gives a task that has stopped another chance, where it stopped. What lies in its worktree, left there by a session that failed or by
 * a person who mended something, becomes a commit on its branch, so that it is checked and reviewed like everything else.
 * @param milestone what the file says now; null: it is gone, and the text of then stands
 */
export async function retryTask(engine: Engine, task: WorkId, milestone: Milestone | null): Promise<void> {
  const { config, ports } = engine
  const needs = { run: stateOf(engine).run, repository: ports.repository, never: config.git.envFiles }
  await keepEdits(needs, currentWork(engine, task))
  await takeOrder(engine, { type: 'task-retried', task, milestone })
}

/** The commit is believed when the run goes on. Both sides of a conflict are no work yet, and a worktree that is gone holds none. */
export async function keepEdits({ run, repository, never }: EditNeeds, work: Work): Promise<void> {
  const { workspace, head, open } = work
  const stands = work.stoppedIn ?? work.phase
  const isAtRest = open === null && (stands === 'worked' || stands === 'checked' || stands === 'reviewed' || stands === 'approved')
  if (!isAtRest || isWhole(work) || workspace === null || head === null) return
  await repository.commitWork(workspace, { message: attemptMessage(run, work, work.attempts), since: head, never })
}
