import type { CommitId, RecordedFact, WorkFact, WorkId } from './fact.js'
import { joinVerdicts, type LensVerdict, missingLens } from './lens.js'
import type { Verdict } from './verdict.js'

type ReviewGiven = WorkFact & { readonly type: 'review-given' }

/** One lens's verdict beside those of the same round: what was given so far, and the round's verdict once all have; null: some have not. */
export function withLens(
  before: readonly LensVerdict[],
  { lens = 'correctness', panel = { lenses: [lens], quorum: 1 }, verdict }: Pick<ReviewGiven, 'lens' | 'panel' | 'verdict'>,
): { readonly given: readonly LensVerdict[]; readonly verdict: Verdict | null } {
  const given = [...before.filter((g) => g.lens !== lens), { lens, verdict }]
  return { given, verdict: missingLens(panel.lenses, given) === null ? joinVerdicts(given, panel) : null }
}

/** A round of reviews with the verdict of all its lenses. */
export interface JudgedRound {
  readonly task: WorkId
  readonly review: number
  readonly commit: CommitId
  readonly verdict: Verdict
  /** What was answered since the round before, by finding or criterion. */
  readonly answered: ReadonlySet<string>
}

/** The rounds that came to their end, in that order. */
export function judgedRounds(facts: readonly RecordedFact[]): readonly JudgedRound[] {
  const panels = new Map<string, readonly LensVerdict[]>()
  const answers = new Map<WorkId, readonly string[]>()
  return facts.flatMap((fact) => {
    if (fact.type === 'attempt-finished')
      answers.set(fact.task, [...(answers.get(fact.task) ?? []), ...(fact.answers ?? []).map((a) => a.id)])
    if (fact.type !== 'review-given') return []
    const { task, review, commit } = fact
    const key = `${task} ${review} ${commit}`
    const { given, verdict } = withLens(panels.get(key) ?? [], fact)
    panels.set(key, given)
    if (verdict === null) return []
    const answered = new Set(answers.get(task))
    answers.delete(task)
    return [{ task, review, commit, verdict, answered }]
  })
}
