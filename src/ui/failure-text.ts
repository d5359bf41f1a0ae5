import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import { indented, oneLine } from './harmless.js'

/**
 * A failure over as many lines as it needs: what happened, then, further in, what to do.
 * @param task whose failure it is; null: of the run, or of a command that did not start one
 */
export function failureText(failure: Failure, { task = null, indent = '' }: { task?: string | null; indent?: string } = {}): string {
  const { message, hint, commands } = describeFailure(failure, task)
  const lines = [indented(message, indent)]
  if (hint !== null) lines.push(indented(oneLine(hint), `${indent}  `))
  for (const command of commands ?? []) lines.push(indented(oneLine(command), `${indent}    `))
  return lines.join('\n')
}

/** What happened, on one line: the first line of the message, which says it all; output of commands is in the records. */
export function failureLine(failure: Failure): string {
  const { message } = describeFailure(failure)
  return oneLine(firstLine(message))
}

/** A stage, and then the run, fail of what a task failed of: the same failure stands in each. */
export const isSameFailure = (a: Failure | null, b: Failure): boolean => a !== null && JSON.stringify(a) === JSON.stringify(b)

const firstLine = (message: string): string => message.trim().split('\n')[0] ?? ''
