import type { Check, CheckResult } from '../../core/check.js'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'

/** Runs checks, entry requirements and setup. */
export interface Commands {
  /** @param name where in the run's records the whole output is kept */
  run(
    check: Check,
    place: { cwd: string; name: string; env: Readonly<Record<string, string>> },
    stop: AbortSignal,
  ): Promise<Result<CheckResult, Failure>>
}
