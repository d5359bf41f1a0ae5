import type { WorkId } from '../fact.js'
import type { Failure } from '../failure.js'
import { describeFailure } from '../failure-words.js'

/** Failures in a row that have the same cause, whoever met them; a session that comes to its end breaks the row. */
export interface Streak {
  /** The cause without what differs from one time to the next. */
  readonly cause: string
  /** The first of them, to be shown. */
  readonly failure: Failure
  readonly count: number
  readonly tasks: readonly WorkId[]
}

/** After one more. @returns the streak as it was where the failure says nothing of a common cause */
export function afterLikeFailure(streak: Streak | null, failure: Failure, task: WorkId): Streak | null {
  // Waited out with growing delays, and not paid for.
  if (failure.reason === 'service-unavailable') return streak
  const cause = causeOf(failure)
  if (streak?.cause !== cause) return { cause, failure, count: 1, tasks: [task] }
  return { ...streak, count: streak.count + 1, tasks: streak.tasks.includes(task) ? streak.tasks : [...streak.tasks, task] }
}

/**
 * Whether nothing more should be paid for. What happens to one task alone is for its own retries.
 * @param most like failures in a row; 0: they are never too many
 */
export const isTripped = (streak: Streak | null, most: number): streak is Streak =>
  streak !== null && most > 0 && streak.count >= most && streak.tasks.length > 1

/** The first characters of a cause tell it from others; a program that crashes may print pages. */
const mostCharacters = 300

/** Reason and words, without what names this one time: ids, addresses, instants, numbers, the folder of the task. */
export function causeOf(failure: Failure): string {
  if (failure.reason === 'agent-silent' || failure.reason === 'session-lost') return failure.reason
  const words = describeFailure(failure)
    .message.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '*')
    .replace(/(?:[A-Za-z]:)?[/\\][^\s'"():,]*/g, (path) => path.split(/[/\\]/).at(-1) ?? '')
    .replace(/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/gi, '*')
    .replace(/\d+/g, '*')
    .replace(/\s+/g, ' ')
    .toLowerCase()
  return `${failure.reason} ${words.slice(0, mostCharacters)}`
}
