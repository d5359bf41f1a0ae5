/** How one command ended. */
export interface CheckResult {
  readonly command: string
  readonly passed: boolean
  /** Null when a signal or the time limit ended it. */
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly durationMs: number
  /** The end of what it printed, at most a few KiB; the whole is in the run's records. */
  readonly output: string
  /** SHA-256 of the whole output, the first 12 hex digits. */
  readonly digest: string
  /** Where the whole output is among the run's records. Absent: nowhere. */
  readonly log?: string
}

/** A command that failed on a commit and passed when it was run once more on it. */
export interface FlakyCheck {
  readonly command: string
  readonly commit: string
}

/** A command to run and how long it may take, in milliseconds. */
export interface Check {
  readonly command: string
  readonly timeoutMs: number
}

export const allPassed = (results: readonly CheckResult[]): boolean => results.every((r) => r.passed)
