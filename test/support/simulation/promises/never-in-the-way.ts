import { type Kept, together } from './promise.js'

/** What a person committed stays below whatever orch does. */
const theirCommitsStay: Kept = ({ moves, evidence }) =>
  moves.flatMap(({ by, from, to }) => (by === 'orch' && !evidence.git.isAncestor(from, to) ? [`${from} is not in ${to}`] : []))

/** Their checkout is left alone while it holds edits that would be overwritten. */
const theirEditsStay: Kept = ({ moves }) =>
  moves.flatMap(({ by, to, overEdits }) => (by === 'orch' && overEdits ? [`main moved to ${to} over uncommitted edits`] : []))

/** A stage that could not be brought to the person's branch waits on a branch which the failure names. */
const finishedWorkIsNamed: Kept = ({ outcome, evidence }) => {
  if (outcome.kind !== 'ended' || outcome.failure?.reason !== 'base-conflict') return []
  return evidence.git.branches.has(outcome.failure.branch) ? [] : [`there is no branch ${outcome.failure.branch}`]
}

/** The person's own commits and edits are never touched. */
export const neverInTheWay = together(theirCommitsStay, theirEditsStay, finishedWorkIsNamed)
