/** A promise that is kept from outside. */
export interface Deferred {
  readonly promise: Promise<void>
  /** Further calls change nothing. */
  resolve(): void
}

export function deferred(): Deferred {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((keep) => {
    resolve = keep
  })
  return { promise, resolve }
}
