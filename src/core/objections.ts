import { judgementWords } from './evidence.js'
import type { CommitId, RecordedFact, WorkId } from './fact.js'
import type { FindingAnswer, ReviewRound } from './review-history.js'
import { reduce } from './run-fold.js'
import type { RunState } from './run-state.js'
import { type CriterionJudgement, criterionName, type Finding, type Severity } from './verdict.js'

/** What a review held against work: a finding, or an exit criterion that it did not hold for met. */
export interface Objection {
  /** The task that was reviewed, or the whole of a stage (`stage-1`). */
  readonly work: WorkId
  /** Whom it is about: the task; of a stage's review the one whose lines it touches; null: nobody alone. */
  readonly task: WorkId | null
  /** The finding's id, or `criterion-2`. */
  readonly id: string
  /** Null: an unmet criterion. */
  readonly severity: Severity | null
  readonly title: string
  readonly file: string | null
  readonly line: number | null
  /** The first round of reviews that said it, and the last. */
  readonly from: number
  readonly until: number
  readonly end: ObjectionEnd
}

export type ObjectionEnd =
  /** The review of this commit did not say it any more. */
  | { readonly kind: 'closed'; readonly commit: CommitId }
  /** The review accepted what was said to it. */
  | { readonly kind: 'answered'; readonly reason: string }
  /** The work was approved all the same, as it is too small to hold it back. */
  | { readonly kind: 'deferred' }
  /** A person took the work all the same. */
  | { readonly kind: 'overruled'; readonly note: string | null }
  /** It stands. */
  | { readonly kind: 'open' }

/** All that reviews objected to, in the order in which it was said, and how each ended. What comes back after it was closed is open again. */
export function objectionsIn(facts: readonly RecordedFact[]): readonly Objection[] {
  const found = new Map<string, Objection>()
  let state: RunState | null = null
  for (const fact of facts) {
    const before: RunState | null = state
    state = reduce(before, fact)
    if (fact.type === 'merge-decided') endAll(found, fact.task, { kind: 'overruled', note: fact.note })
    if (fact.type !== 'review-given') continue
    const { task } = fact
    const round = state.work[task]?.history.at(-1)
    // Of several reviews of one round the last one completes it.
    if (round === undefined || round === before?.work[task]?.history.at(-1)) continue
    addRound(found, task, { round, answers: before?.work[task]?.answers ?? [] })
  }
  return [...found.values()]
}

function endAll(found: Map<string, Objection>, work: WorkId, end: ObjectionEnd): void {
  for (const [key, o] of found) if (o.work === work && o.end.kind === 'open') found.set(key, { ...o, end })
}

interface Judged {
  readonly round: ReviewRound
  /** What had been said to objections by then. */
  readonly answers: readonly FindingAnswer[]
}

function addRound(found: Map<string, Objection>, work: WorkId, judged: Judged): void {
  const { round } = judged
  const said = new Map(
    [...round.unmet.map((c) => unmet(work, c)), ...round.findings.map((f) => finding(work, f))].map((o) => [keyOf(o), o]),
  )
  for (const [key, o] of found)
    if (o.work === work && o.end.kind === 'open' && !said.has(key)) found.set(key, { ...o, end: endOf(o, judged) })
  const end: ObjectionEnd = { kind: round.blocking.length === 0 ? 'deferred' : 'open' }
  for (const [key, o] of said) found.set(key, { ...o, from: found.get(key)?.from ?? round.review, until: round.review, end })
}

/** Where both may have done away with it, the history has decided which it was. */
function endOf({ id, severity }: Objection, { round, answers }: Judged): ObjectionEnd {
  const reason = answers.find((a) => a.id === id)?.reason
  const isAnswered = severity === null ? reason !== undefined : round.closed.some((c) => c.id === id && c.by === 'answer')
  return isAnswered ? { kind: 'answered', reason: reason ?? '' } : { kind: 'closed', commit: round.commit }
}

type Said = Omit<Objection, 'from' | 'until' | 'end'>

const keyOf = ({ work, id }: Pick<Objection, 'work' | 'id'>): string => `${work} ${id}`

const whomOf = (work: WorkId): WorkId | null => (work.startsWith('stage-') ? null : work)

const unmet = (work: WorkId, judgement: CriterionJudgement): Said => ({
  ...{ work, task: whomOf(work), id: criterionName(judgement.n), severity: null, title: judgementWords(judgement) },
  ...{ file: judgement.file, line: judgement.line },
})

const finding = (work: WorkId, { id, severity, title, file, line, task }: Finding): Said => ({
  ...{ work, id, severity, title, file, line },
  task: task ?? whomOf(work),
})
