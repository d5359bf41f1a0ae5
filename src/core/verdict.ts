import type { Evidence } from './evidence.js'
import type { MilestoneId } from './milestone.js'

export type Severity = 'blocker' | 'major' | 'minor' | 'nit'

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
}

/** What the reviewer's program answered, before orch judges it. */
export interface ReviewAnswer {
  readonly verdict: 'approved' | 'changes_requested'
  readonly summary: string
  readonly criteria: readonly CriterionJudgement[]
  readonly findings: readonly Finding[]
}

const blocking = (finding: Finding): boolean => finding.severity === 'blocker' || finding.severity === 'major'

/**
 * Approved only when the reviewer says so, each of the given criteria is judged met, and nothing blocking was found.
 * A criterion that the answer leaves out counts as not met, and so does one without a word on what shows it.
 */
export function judge(answer: ReviewAnswer, criteriaToMeet: readonly number[]): Verdict {
  const criteria = criteriaToMeet.map((n) => proven(answer.criteria.find((c) => c.n === n) ?? unjudged(n)))
  const approved = answer.verdict === 'approved' && criteria.every((c) => c.met) && !answer.findings.some(blocking)
  return { approved, summary: answer.summary, criteria, findings: answer.findings }
}

const unjudged = (n: number): CriterionJudgement => ({ n, met: false, evidence: 'the review did not judge it', file: null, line: null })

const proven = (judgement: CriterionJudgement): CriterionJudgement =>
  judgement.met && judgement.evidence.trim() === '' ? { ...judgement, met: false, evidence: 'the review gave no evidence' } : judgement
