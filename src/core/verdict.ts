import type { Evidence } from './evidence.js'
import type { MilestoneId } from './milestone.js'

/** From the worst to the least. */
export const severities = ['blocker', 'major', 'minor', 'nit'] as const
export type Severity = (typeof severities)[number]

/** Whether a severity is as bad as the bar, or worse. */
export const isAtOrAbove = (severity: Severity, bar: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(bar)

/** One thing that a reviewer found. */
export interface Finding {
  /** Stable across rounds: made from the place and the claim. */
  readonly id: string
  readonly severity: Severity
  readonly file: string | null
  readonly line: number | null
  readonly title: string
  readonly detail: string
  /** In the review of a whole stage: the task whose merge brought what stands at the place. Absent: none, or no single one. */
  readonly task?: MilestoneId
}

/** A finding as it was answered: the reviewer may say which earlier one it repeats. */
export interface ClaimedFinding extends Finding {
  /** The id that the reviewer named; absent: none. */
  readonly repeats?: string
}

/** Whether one exit criterion counts as met, and why. */
export interface CriterionJudgement {
  readonly n: number
  readonly met: boolean
  /** In the reviewer's words. */
  readonly evidence: string
  readonly file: string | null
  readonly line: number | null
  /** Absent or null: none was named. */
  readonly test?: string | null
  readonly commit?: string | null
  /** What orch itself saw of it. Absent: it did not look. */
  readonly shown?: readonly Evidence[]
  /** What was named and is false: why it is not met after all. Absent: nothing. */
  readonly refuted?: readonly string[]
}

/** What a review gives. */
export interface Verdict {
  readonly approved: boolean
  readonly summary: string
  readonly criteria: readonly CriterionJudgement[]
  readonly findings: readonly Finding[]
  /** From which severity on findings held the work back; absent: `major`. */
  readonly bar?: Severity
}

/** What the reviewer's program answered, before orch judges it. */
export interface ReviewAnswer {
  readonly verdict: 'approved' | 'changes_requested'
  readonly summary: string
  readonly criteria: readonly CriterionJudgement[]
  readonly findings: readonly ClaimedFinding[]
}

const defaultBar: Severity = 'major'

/**
 * Approved when each of the given criteria is judged met, nothing at or above the bar was found, and the reviewer does not refuse. One who
 * asks for changes and names only what lies below the bar has approved; one who names nothing at all has not.
 * A criterion that the answer leaves out counts as not met, and so does one without a word on what shows it.
 */
export function judge(answer: ReviewAnswer, criteriaToMeet: readonly number[], bar: Severity = defaultBar): Verdict {
  const criteria = criteriaToMeet.map((n) => proven(answer.criteria.find((c) => c.n === n) ?? unjudged(n)))
  const { summary, findings } = answer
  const holdsBack = !criteria.every((c) => c.met) || findings.some((f) => isAtOrAbove(f.severity, bar))
  const refuses = answer.verdict !== 'approved' && findings.length === 0
  return { approved: !holdsBack && !refuses, summary, criteria, findings, bar }
}

const unjudged = (n: number): CriterionJudgement => ({ n, met: false, evidence: 'the review did not judge it', file: null, line: null })

const proven = (judgement: CriterionJudgement): CriterionJudgement =>
  judgement.met && judgement.evidence.trim() === '' ? { ...judgement, met: false, evidence: 'the review gave no evidence' } : judgement

/** The name of a criterion among what holds work back. */
export const criterionName = (n: number): string => `criterion-${n}`

/** Stands for a refusal that names nothing. */
const unnamed = 'unnamed'

/** What keeps work from being approved: the ids of findings at or above the bar and the names of criteria that are not met. Empty when approved. */
export function blockingOf(verdict: Verdict): readonly string[] {
  if (verdict.approved) return []
  const bar = verdict.bar ?? defaultBar
  const unmet = verdict.criteria.filter((c) => !c.met).map((c) => criterionName(c.n))
  const found = verdict.findings.filter((f) => isAtOrAbove(f.severity, bar)).map((f) => f.id)
  const blocking = [...new Set([...unmet, ...found])]
  return blocking.length === 0 ? [unnamed] : blocking
}

/** What an approval leaves to be done later, if anybody wants to. */
export const deferredBy = (verdict: Verdict | null): readonly Finding[] => (verdict?.approved === true ? verdict.findings : [])
