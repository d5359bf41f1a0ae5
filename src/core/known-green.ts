import { allPassed, type CheckResult } from './check.js'
import { type CommitId, wholeOf } from './fact.js'
import type { RunState } from './run-state.js'

/** Whether all these commands passed on that very commit, as this run saw it: as a stage's base, or as what a stage landed as. */
export const isKnownGreen = (state: RunState, commit: CommitId, commands: readonly string[]): boolean =>
  resultsAt(state, commit).some((results) => commands.every((command) => results.some((r) => r.command === command && r.passed)))

function resultsAt(state: RunState, commit: CommitId): readonly (readonly CheckResult[])[] {
  return state.stages.flatMap(({ stage, base, landed }) => {
    const whole = state.work[wholeOf(stage)]
    const isAsLanded = landed?.to === commit && whole?.checkedCommit === commit && allPassed(whole.checks)
    return [...(base?.commit === commit ? [base.results] : []), ...(isAsLanded ? [whole.checks] : [])]
  })
}
