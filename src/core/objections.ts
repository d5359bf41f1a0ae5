import { judgementWords } from './evidence.js'
import type { CommitId, RecordedFact, WorkId } from './fact.js'
import type { Finding, Severity, Verdict } from './verdict.js'

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
  /** The first review that said it, and the last. */
  readonly from: number
  readonly until: number
  readonly end: ObjectionEnd
}

export type ObjectionEnd =
  /** The review of this commit did not say it any more. */
  | { readonly kind: 'closed'; readonly commit: CommitId }
  /** The work was approved all the same, as it is too small to hold it back. */
  | { readonly kind: 'deferred' }
  /** It stands. */
  | { readonly kind: 'open' }

type Said = Omit<Objection, 'from' | 'until' | 'end'>
type ReviewGiven = RecordedFact & { readonly type: 'review-given' }

/** All that reviews objected to, in the order in which it was said, and how each ended. What comes back after it was closed is open again. */
export function objectionsIn(facts: readonly RecordedFact[]): readonly Objection[] {
  const found = new Map<string, Objection>()
  for (const fact of facts)
    if (fact.type === 'review-given') for (const [key, objection] of afterReview(found, fact)) found.set(key, objection)
  return [...found.values()]
}

function afterReview(found: ReadonlyMap<string, Objection>, fact: ReviewGiven): readonly (readonly [string, Objection])[] {
  const { task: work, review, commit, verdict } = fact
  const said = new Map(saidIn(work, verdict).map((objection) => [keyOf(objection), objection]))
  const gone = [...found].filter(([key, o]) => o.work === work && o.end.kind === 'open' && !said.has(key))
  const end: ObjectionEnd = verdict.approved ? { kind: 'deferred' } : { kind: 'open' }
  return [
    ...gone.map(([key, o]) => [key, { ...o, end: { kind: 'closed', commit } }] as const),
    ...[...said].map(([key, o]) => [key, { ...o, from: found.get(key)?.from ?? review, until: review, end }] as const),
  ]
}

const keyOf = ({ work, id }: Pick<Objection, 'work' | 'id'>): string => `${work} ${id}`

function saidIn(work: WorkId, { criteria, findings }: Verdict): readonly Said[] {
  const whom = work.startsWith('stage-') ? null : work
  const unmet = criteria
    .filter((c) => !c.met)
    .map((c) => ({ work, task: whom, id: `criterion-${c.n}`, severity: null, title: judgementWords(c), file: c.file, line: c.line }))
  return [...unmet, ...findings.map((f) => ofFinding(work, whom, f))]
}

const ofFinding = (work: WorkId, whom: WorkId | null, { id, severity, title, file, line, task }: Finding): Said => ({
  ...{ work, id, severity, title, file, line },
  task: task ?? whom,
})
