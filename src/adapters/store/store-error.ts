import type { Failure } from '../../core/failure.js'

/** Thrown where an interface of ours leaves no room for a Result: a failed save, with what to tell the person. */
export class StoreError extends Error {
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.reason, options)
    this.name = 'StoreError'
  }
}

/** The error code of a system call, or null when it is no such error. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

/** Names the failures of writing that a person can do something about; anything else is left as it is. */
export function asWriteError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT' ? new StoreError({ reason: 'disk-full', path }, { cause: error }) : error
}
