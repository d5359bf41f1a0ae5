import type { CommitId } from './fact.js'
import { blockingOf, type CriterionJudgement, criterionName, type Finding, type Verdict } from './verdict.js'

/** What whoever mends the work says to a finding, in place of a change. */
export interface FindingAnswer {
  /** Of the finding, or the name of a criterion. */
  readonly id: string
  readonly reason: string
}

/** A finding that the next review no longer has: the change did away with it, or the reason given was accepted. */
export interface Closing {
  readonly id: string
  readonly by: 'change' | 'answer'
}

/** What stood open after one round of reviews. */
export interface ReviewRound {
  readonly review: number
  readonly commit: CommitId
  /** What the work's diff was counted from; null: not known. */
  readonly base: CommitId | null
  /** Holds the work back: ids of findings and names of criteria. */
  readonly blocking: readonly string[]
  /** Everything that was found, what lies below the bar too. */
  readonly findings: readonly Finding[]
  readonly unmet: readonly CriterionJudgement[]
  /** Findings of the round before that are open no longer. */
  readonly closed: readonly Closing[]
}

interface Judged {
  readonly review: number
  readonly commit: CommitId
  readonly base: CommitId | null
  readonly verdict: Verdict
  /** What was answered since the round before. */
  readonly answers: readonly FindingAnswer[]
}

/** The history with one round more. */
export function withRound(history: readonly ReviewRound[], judged: Judged): readonly ReviewRound[] {
  const { review, commit, base, verdict, answers } = judged
  const isOpen = new Set(verdict.findings.map((f) => f.id))
  const gone = (history.at(-1)?.findings ?? []).filter((f) => !isOpen.has(f.id))
  const closed = gone.map(({ id }): Closing => ({ id, by: answers.some((a) => a.id === id) ? 'answer' : 'change' }))
  const unmet = verdict.criteria.filter((c) => !c.met)
  return [...history, { review, commit, base, blocking: blockingOf(verdict), findings: verdict.findings, unmet, closed }]
}

/** How many points held the work back, round after round. */
export const trendOf = (history: readonly ReviewRound[]): readonly number[] => history.map((round) => round.blocking.length)

/** Whether the trend has something to tell: more than one round, and one that held work back. */
export const isTelling = (trend: readonly number[]): boolean => trend.length > 1 && trend.some((blocking) => blocking > 0)

/** The trend in words: `3 → 2 → 0 blocking`. */
export const trendWords = (trend: readonly number[]): string => `${trend.join(' → ')} blocking`

/** Those of the answers that are about what the last round left open. */
export function answersToOpen(history: readonly ReviewRound[], answers: readonly FindingAnswer[]): readonly FindingAnswer[] {
  const last = history.at(-1)
  const open = [...(last?.findings ?? []).map((f) => f.id), ...(last?.unmet ?? []).map((c) => criterionName(c.n))]
  return answers.filter((a) => open.includes(a.id))
}

/** Answers by id, the later ones in place of the earlier. */
export const mergeAnswers = (before: readonly FindingAnswer[], more: readonly FindingAnswer[]): readonly FindingAnswer[] => [
  ...before.filter((a) => !more.some((b) => b.id === a.id)),
  ...more,
]

/** Everything that holds the work back has been answered: somebody must judge the answers. */
export function isAnswered(history: readonly ReviewRound[], answers: readonly FindingAnswer[]): boolean {
  const blocking = history.at(-1)?.blocking ?? []
  return blocking.length > 0 && blocking.every((id) => answers.some((a) => a.id === id))
}
