import type { WorkFact } from './fact.js'
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
