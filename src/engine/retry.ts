import { attemptMessage } from '../core/commit-message.js'
import type { WorkId } from '../core/fact.js'
import type { Milestone } from '../core/milestone.js'
import { workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import type { Journal, Repository } from './ports.js'
import { isWhole } from './workspace.js'

interface RetryNeeds {
  readonly journal: Journal
  readonly repository: Pick<Repository, 'commitWork'>
  /** Files that must never be committed. */
  readonly never: readonly string[]
}

/**
 * Gives a task that has stopped another chance. What lies in its worktree, left there by a session that failed or by a person who
 * mended something, becomes a commit on its branch, so that it is checked and reviewed like everything else.
 * @param milestone what the file says now; null: it is gone, and the text of then stands
 */
export async function retryTask(needs: RetryNeeds, task: WorkId, milestone: Milestone | null): Promise<void> {
  await keepEdits(needs, workOf(needs.journal.state, task))
  await needs.journal.record({ type: 'task-retried', task, milestone })
}

/** The commit is believed when the run goes on. Both sides of a conflict are no work yet, and a worktree that is gone holds none. */
async function keepEdits({ journal, repository, never }: RetryNeeds, work: Work): Promise<void> {
  const { workspace, head, stoppedIn, open } = work
  const isAtRest = open === null && (stoppedIn === 'worked' || stoppedIn === 'checked' || stoppedIn === 'reviewed')
  if (!isAtRest || isWhole(work) || workspace === null || head === null) return
  await repository.commitWork(workspace, { message: attemptMessage(journal.state.run, work, work.attempts), since: head, never })
}
