/** Why a session was ended by a watchdog. */
export type WatchdogCause = 'silent' | 'timed-out' | 'lingering'

/** Limits of one session, in milliseconds. */
export interface WatchdogLimits {
  /** Without a sign of life, and while a tool runs. */
  readonly idleMs: number
  readonly toolIdleMs: number
  /** In all. */
  readonly totalMs: number
  /** After its result, until it must be gone. */
  readonly lingerMs: number
}

export interface Watchdogs {
  /** It gave a sign of life. */
  heard(): void
  /** From now on the clock of tools is the one for silence, or no longer. */
  toolRuns(runs: boolean): void
  /** It gave its result; `goesOn` takes that back, as another turn began. */
  finished(): void
  goesOn(): void
  clear(): void
}

/** `setTimeout` fires at once beyond this. */
const longestTimer = 2 ** 31 - 1
/** After a sleep of the machine or of orch, timers fire before the output that has piled up is read. */
const secondLookMs = 1000

/** Watches one session. @param bite called once, with the first limit that was reached */
export function watchdogs(limits: WatchdogLimits, bite: (cause: WatchdogCause) => void): Watchdogs {
  const timers = new Map<WatchdogCause | 'second-look', NodeJS.Timeout>()
  let toolRuns = false
  const clear = (): void => {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
  }
  const set = (name: WatchdogCause | 'second-look', ms: number, then: () => void): void => {
    clearTimeout(timers.get(name))
    timers.set(name, setTimeout(then, Math.min(ms, longestTimer)))
  }
  const biteFor = (cause: WatchdogCause) => (): void => {
    clear()
    bite(cause)
  }
  const armIdle = (): void => {
    clearTimeout(timers.get('second-look'))
    const idleMs = toolRuns ? limits.toolIdleMs : limits.idleMs
    set('silent', idleMs, () => set('second-look', Math.min(secondLookMs, idleMs), biteFor('silent')))
  }
  // No timer left means that it is over: nothing is armed again.
  set('timed-out', limits.totalMs, biteFor('timed-out'))
  armIdle()
  return {
    heard: () => {
      if (timers.size > 0) armIdle()
    },
    toolRuns: (runs) => {
      if (timers.size === 0 || runs === toolRuns) return
      toolRuns = runs
      armIdle()
    },
    finished: () => {
      if (timers.size > 0) set('lingering', limits.lingerMs, biteFor('lingering'))
    },
    goesOn: () => {
      clearTimeout(timers.get('lingering'))
    },
    clear,
  }
}
