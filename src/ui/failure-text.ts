import { describeFailure, type Failure } from '../core/failure.js'
import { indented, oneLine } from './harmless.js'

/** A failure over as many lines as it needs: what happened, then, further in, what to do. */
export function failureText(failure: Failure, indent = ''): string {
  const { message, hint } = describeFailure(failure)
  const lines = [indented(message, indent)]
  if (hint !== null) lines.push(indented(oneLine(hint), `${indent}  `))
  return lines.join('\n')
}

/** What happened, on one line: the first line of the message, which says it all; output of commands is in the records. */
export function failureLine(failure: Failure): string {
  const { message } = describeFailure(failure)
  return oneLine(firstLine(message))
}

const firstLine = (message: string): string => message.trim().split('\n')[0] ?? ''
