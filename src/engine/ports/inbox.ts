import type { MilestoneId } from '../../core/milestone.js'

/** What a person says to a run from another terminal. */
export interface Inbox {
  /** What `orch approve` was typed for the task with; null: it was not typed. */
  approvalOf(task: MilestoneId): Promise<{ readonly note: string | null } | null>
}
