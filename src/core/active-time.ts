import type { RecordedFact, WorkId } from './fact.js'

/** The time in which at least one session was at work, counted from fact to fact: waiting is not in it. */
export interface ActiveTime {
  /** Milliseconds. */
  readonly ms: number
  /** Counted up to this instant, epoch ms; null: nothing is at work. */
  readonly since: number | null
  /** Whose sessions are at work. */
  readonly tasks: readonly WorkId[]
}

/** @param isOfStage whether the time of a task's session is the one that is counted */
export function countActive(active: ActiveTime, fact: RecordedFact, isOfStage: (task: WorkId) => boolean): ActiveTime {
  const tasks = atWork(active.tasks, fact, isOfStage)
  if (active.since === null && tasks.length === 0) return active
  const at = Date.parse(fact.at)
  // What was cut off together with orch was at work for a time that nobody knows.
  const more = active.since === null || fact.type === 'run-resumed' ? 0 : Math.max(0, at - active.since)
  return { ms: active.ms + more, since: tasks.length === 0 ? null : at, tasks }
}

function atWork(tasks: readonly WorkId[], fact: RecordedFact, isOfStage: (task: WorkId) => boolean): readonly WorkId[] {
  switch (fact.type) {
    case 'attempt-started':
    case 'review-started':
      return isOfStage(fact.task) ? [...tasks.filter((t) => t !== fact.task), fact.task] : tasks
    case 'attempt-interrupted':
    case 'attempt-finished':
    case 'attempt-failed':
    case 'review-interrupted':
    case 'review-given':
    case 'review-failed':
      return tasks.filter((t) => t !== fact.task)
    case 'run-resumed':
    case 'run-ended':
      return []
    default:
      return tasks
  }
}
