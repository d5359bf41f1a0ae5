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
  /** Between the two no limit comes nearer: the session is frozen. */
  pause(): void
  unpause(): void
  clear(): void
}

/** `setTimeout` fires at once beyond this. */
const longestTimer = 2 ** 31 - 1
/** After a sleep of the machine or of orch, timers fire before the output that has piled up is read. */
const secondLookMs = 1000

/** A limit that comes nearer. */
interface Countdown {
  /** Milliseconds that were left when it was set or last paused. */
  left: number
  /** When that was; milliseconds of a clock that never jumps. */
  since: number
  timer: NodeJS.Timeout | undefined
  readonly then: () => void
}

/** Watches one session. @param bite called once, with the first limit that was reached */
export function watchdogs(limits: WatchdogLimits, bite: (cause: WatchdogCause) => void): Watchdogs {
  let toolRuns = false
  const countdowns = new Map<WatchdogCause | 'second-look', Countdown>()
  let paused = false
  const drop = (name: WatchdogCause | 'second-look'): void => {
    clearTimeout(countdowns.get(name)?.timer)
    countdowns.delete(name)
  }
  const clear = (): void => {
    for (const name of countdowns.keys()) drop(name)
  }
  const run = (countdown: Countdown): void => {
    countdown.since = performance.now()
    countdown.timer = setTimeout(countdown.then, Math.min(countdown.left, longestTimer))
  }
  const set = (name: WatchdogCause | 'second-look', ms: number, then: () => void): void => {
    drop(name)
    const countdown: Countdown = { left: ms, since: 0, timer: undefined, then }
    countdowns.set(name, countdown)
    if (!paused) run(countdown)
  }
  const biteFor = (cause: WatchdogCause) => (): void => {
    clear()
    bite(cause)
  }
  const armIdle = (): void => {
    drop('second-look')
    const idleMs = toolRuns ? limits.toolIdleMs : limits.idleMs
    set('silent', idleMs, () => set('second-look', Math.min(secondLookMs, idleMs), biteFor('silent')))
  }
  set('timed-out', limits.totalMs, biteFor('timed-out'))
  armIdle()
  // No countdown left means that it is over: nothing is armed again.
  return {
    heard: () => {
      if (countdowns.size > 0) armIdle()
    },
    toolRuns: (runs) => {
      if (countdowns.size === 0 || runs === toolRuns) return
      toolRuns = runs
      armIdle()
    },
    finished: () => {
      if (countdowns.size > 0) set('lingering', limits.lingerMs, biteFor('lingering'))
    },
    goesOn: () => drop('lingering'),
    pause: () => {
      if (paused) return
      paused = true
      for (const countdown of countdowns.values()) {
        clearTimeout(countdown.timer)
        countdown.left = Math.max(0, countdown.left - (performance.now() - countdown.since))
      }
    },
    unpause: () => {
      if (!paused) return
      paused = false
      for (const countdown of countdowns.values()) run(countdown)
    },
    clear,
  }
}
