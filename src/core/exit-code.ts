import type { RunEnding } from './fact.js'
import type { Failure } from './failure.js'
import { unreachable } from './result.js'

/** The contract of the command line: what each exit status means. Scripts rely on it. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  paused: 3,
  needsPerson: 4,
  surroundings: 5,
  locked: 6,
  interrupted: 130,
  terminated: 143,
} as const

export function exitCodeForEnding(ending: RunEnding): number {
  switch (ending) {
    case 'done':
      return exitCodes.done
    case 'failed':
      return exitCodes.failed
    case 'paused':
      return exitCodes.paused
    case 'needs-person':
      return exitCodes.needsPerson
    case 'surroundings':
      return exitCodes.surroundings
    case 'interrupted':
      return exitCodes.interrupted
    default:
      return unreachable(ending)
  }
}

/** For a failure that kept a command from starting. */
export function exitCodeForFailure(failure: Failure): number {
  if (failure.reason === 'locked') return exitCodes.locked
  if (failure.reason === 'interrupted') return exitCodes.interrupted
  if (failure.reason === 'branch-missing') return exitCodes.usage
  if (failure.reason.startsWith('undo-') || failure.reason === 'pull-request-red') return exitCodes.needsPerson
  return exitCodes.surroundings
}
