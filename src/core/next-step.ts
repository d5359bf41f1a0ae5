import { allPassed } from './check.js'
import type { Failure } from './failure.js'
import { type Stall, stallOf } from './policy/convergence.js'
import { unreachable } from './result.js'
import { trendOf } from './review-history.js'
import { withTakeOver } from './take-over.js'
import { isOutOfTheRunning, orderedByHand, type Work } from './work.js'

/** What must be done next to a piece of work. */
export type Step =
  | { readonly kind: 'prepare' }
  | { readonly kind: 'enter' }
  | { readonly kind: 'implement' }
  | { readonly kind: 'check' }
  | { readonly kind: 'review' }
  | { readonly kind: 'remediate' }
  /** An agent merges by hand what git could not. */
  | { readonly kind: 'resolve' }
  /** What was merged before it is brought into its own branch, so that it can be mended on top. */
  | { readonly kind: 'join' }
  | { readonly kind: 'approve' }
  | { readonly kind: 'fail'; readonly failure: Failure }
  | { readonly kind: 'park'; readonly failure: Failure }

export interface Rules {
  /** A review is wanted for this work. */
  readonly review: boolean
  readonly maxRounds: number
  readonly mergeRounds: number
}

/** The decision table. Undefined: nothing more can be done to it for now. */
export function nextStep(work: Work, rules: Rules): Step | undefined {
  if (isOutOfTheRunning(work)) return undefined
  if (work.failure !== null && work.open === null) return giveUp(withTakeOver(work.failure, work))
  // A session that was cut off or may be repeated goes first: its step is known. But what a person had edited is checked before it is judged.
  if (work.open !== null && !(work.open.step === 'review' && work.phase === 'worked')) return { kind: work.open.step }
  switch (work.phase) {
    case 'pending':
      return { kind: 'prepare' }
    case 'opened':
      return { kind: 'enter' }
    case 'ready':
      return { kind: 'implement' }
    case 'worked':
      return { kind: 'check' }
    case 'checked':
      return afterChecks(work, rules)
    case 'reviewed':
      return afterReview(work, rules)
    case 'unmergeable':
      return afterObstacle(work, rules)
    case 'approved':
    case 'combined':
    case 'merged':
    case 'failed':
    case 'parked':
    case 'blocked':
      return undefined
    default:
      return unreachable(work.phase)
  }
}

/** What a person ordered is to be done to it, and nothing else. */
const mayRemediate = (work: Work, rules: Rules): boolean => work.rounds < rules.maxRounds && work.changed && orderedByHand(work) === null

function afterChecks(work: Work, rules: Rules): Step {
  if (!allPassed(work.checks)) {
    if (mayRemediate(work, rules)) return { kind: 'remediate' }
    const commands = work.checks.filter((c) => !c.passed).map((c) => c.command)
    return {
      kind: 'fail',
      failure: work.changed
        ? { reason: 'checks-failed', commands, rounds: work.rounds }
        : { reason: 'remediation-without-change', cause: `failing: ${commands.join(', ')}` },
    }
  }
  const ordered = orderedByHand(work)
  if (ordered === 'merge') return { kind: 'approve' }
  // What was approved stays approved when only somebody else's work was merged in and the checks still pass.
  if ((!rules.review && ordered !== 'review') || work.verdict?.approved === true) return { kind: 'approve' }
  return { kind: 'review' }
}

function afterReview(work: Work, rules: Rules): Step {
  if (work.verdict?.approved === true) return { kind: 'approve' }
  const stall = stallOf(work.history)
  if (stall === null && mayRemediate(work, rules)) return { kind: 'remediate' }
  return { kind: 'park', failure: unresolved(work, stall) }
}

function unresolved({ verdict, rounds, history }: Work, stall: Stall | null): Failure {
  const trend = trendOf(history)
  return {
    reason: 'review-unresolved',
    findings: verdict?.findings.length ?? 0,
    rounds,
    ...(trend.length === 0 ? {} : { trend }),
    ...(stall === null ? {} : { stall }),
  }
}

function afterObstacle(work: Work, rules: Rules): Step {
  const { obstacle } = work
  if (obstacle === null) throw new Error(`Internal error: ${work.id} is unmergeable without an obstacle`)
  if (work.mergeRounds < rules.mergeRounds) return obstacle.kind === 'conflict' ? { kind: 'resolve' } : { kind: 'join' }
  if (obstacle.kind === 'conflict')
    return { kind: 'park', failure: withTakeOver({ reason: 'conflict-unresolved', files: obstacle.files }, work) }
  const commands = obstacle.results.filter((r) => !r.passed).map((r) => r.command)
  return { kind: 'fail', failure: { reason: 'checks-failed', commands, rounds: work.rounds } }
}

/** Some failures are for a person to decide, the others are failures of the task. */
function giveUp(failure: Failure): Step {
  return failure.reason === 'review-unreadable' ||
    failure.reason === 'review-not-readonly' ||
    failure.reason === 'conflict-unresolved' ||
    failure.reason === 'resolution-refused' ||
    failure.reason === 'agent-silent'
    ? { kind: 'park', failure }
    : { kind: 'fail', failure }
}
