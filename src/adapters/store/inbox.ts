import { access } from 'node:fs/promises'
import type { MilestoneId } from '../../core/milestone.js'
import type { Inbox } from '../../engine/ports.js'
import { ensureFolder, writeDurably } from './durable-file.js'
import { inside, runPaths } from './run-paths.js'

/** What a person says to a run from another terminal, as files in the run's folder: no lock, no connection. */
export class RunInbox implements Inbox {
  readonly #approvals: string

  constructor(runFolder: string) {
    this.#approvals = runPaths(runFolder).approvals
  }

  /** Whether the task was approved. */
  async isApproved(task: MilestoneId): Promise<boolean> {
    return access(inside(this.#approvals, task)).then(
      () => true,
      () => false,
    )
  }

  /** Says yes to a task; saying it twice is the same. */
  async approve(task: MilestoneId): Promise<void> {
    await ensureFolder(this.#approvals)
    await writeDurably(inside(this.#approvals, task), '', { keepPrevious: false })
  }
}
