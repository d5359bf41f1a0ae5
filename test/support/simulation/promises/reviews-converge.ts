import type { RecordedFact } from '../../../../src/core/fact.js'
import { type Severity, severities } from '../../../../src/core/verdict.js'
import type { Scenario } from '../scenario.js'
import { ofFacts, together } from './promise.js'

/** The most that the config of any story allows. */
const mostRounds = 3

const roundsAreBounded = ofFacts(({ fact, after }) => {
  if (fact.type !== 'attempt-finished' || fact.step !== 'remediate') return null
  const rounds = after.work[fact.task]?.rounds ?? 0
  return rounds > mostRounds ? `${fact.task} was remediated ${rounds} times` : null
})

/** What the last reviews of a task found is below the bar, or was outvoted; a blocker never is. */
const nothingBlockingIsMerged = ofFacts(({ fact }, { evidence }) => {
  if (fact.type !== 'tasks-combined') return null
  const facts = evidence.runs.find((run) => run.id === fact.run)?.facts ?? []
  const merged = fact.merges.flatMap(({ task }) => (isHeldBack(facts, { task, until: fact.seq }, evidence.scenario) ? [task] : []))
  return merged.length === 0 ? null : `${merged.join(', ')} merged in spite of what reviews found`
})

function isHeldBack(
  facts: readonly RecordedFact[],
  { task, until }: { readonly task: string; readonly until: number },
  { config: { review } }: Scenario,
): boolean {
  const given = facts.flatMap((f) => (f.type === 'review-given' && f.task === task && f.seq < until ? [f] : []))
  const last = given.filter((f) => f.review === given.at(-1)?.review)
  const holds = (severity: Severity, bar: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(bar)
  const refusing = last.filter((f) => f.verdict.findings.some(({ severity }) => holds(severity, review.bar)))
  const hasBlocker = last.some((f) => f.verdict.findings.some(({ severity }) => severity === 'blocker'))
  const isRefused = refusing.some((f) => f.lens === 'correctness')
  return hasBlocker || isRefused || last.length - refusing.length < Math.min(review.quorum ?? last.length, last.length)
}

/** Reviews come to an end, and what holds work back is not merged. */
export const reviewsConverge = together(roundsAreBounded, nothingBlockingIsMerged)
