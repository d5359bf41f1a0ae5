/** What a function gives that may go wrong in a way that is expected: bad news is a value, throws are bugs. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })

/** Closes a switch: a new arm in a union breaks the compile here until it has been given a meaning. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: no case for ${JSON.stringify(value)}`)
}
