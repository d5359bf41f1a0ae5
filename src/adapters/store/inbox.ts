import { readFile } from 'node:fs/promises'
import type { MilestoneId } from '../../core/milestone.js'
import type { Inbox } from '../../engine/ports/inbox.js'
import { ensureFolder, writeDurably } from './durable-file.js'
import { inside, runPaths } from './run-paths.js'

/** What a person says to a run from another terminal, as files in the run's folder: no lock, no connection. */
export class RunInbox implements Inbox {
  readonly #approvals: string

  constructor(runFolder: string) {
    this.#approvals = runPaths(runFolder).approvals
  }

  /** What was said with the approval; null: there is none. */
  async approvalOf(task: MilestoneId): Promise<{ readonly note: string | null } | null> {
    const note = await readFile(inside(this.#approvals, task), 'utf8').catch(() => null)
    return note === null ? null : { note: note === '' ? null : note }
  }

  /** Says yes to a task; said twice, what was said last counts. */
  async approve(task: MilestoneId, note: string | null): Promise<void> {
    await ensureFolder(this.#approvals)
    await writeDurably(inside(this.#approvals, task), note ?? '', { keepPrevious: false })
  }
}
