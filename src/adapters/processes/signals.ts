export interface SignalEars {
  /** Ctrl-C, for the n-th time. */
  interrupted(times: number): void
  /** SIGTERM, or the terminal was closed. */
  terminated(): void
}

/** Hears the signals that ask orch to stop. @returns how to stop hearing them */
export function listenForSignals(ears: SignalEars): () => void {
  let interrupts = 0
  const onInterrupt = (): void => ears.interrupted(++interrupts)
  const onTerminate = (): void => ears.terminated()
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  process.on('SIGHUP', onTerminate)
  return () => {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
    process.off('SIGHUP', onTerminate)
  }
}
