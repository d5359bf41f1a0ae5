/** Wakes everybody who waits for something to change. */
export class Bell {
  #next = new AbortController()

  /** Aborted by the next ring. */
  get signal(): AbortSignal {
    return this.#next.signal
  }

  ring(): void {
    const now = this.#next
    this.#next = new AbortController()
    now.abort()
  }
}

/** Resolves when any of the signals is aborted. */
export function anyOf(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const either = AbortSignal.any([...signals])
    if (either.aborted) resolve()
    else either.addEventListener('abort', () => resolve(), { once: true })
  })
}
