import type { RecordedFact, WorkFact } from './fact.js'
import { joinVerdicts, type LensVerdict, missingLens } from './lens.js'
import { withRound } from './review-history.js'
import { addUsage } from './session.js'
import type { Verdict } from './verdict.js'
import type { Work } from './work.js'

type ReviewGiven = RecordedFact & WorkFact & { readonly type: 'review-given' }

/** One lens's verdict beside those of the same round: what was given so far, and the round's verdict once all have; null: some have not. */
function withLens(
  before: readonly LensVerdict[],
  { lens = 'correctness', panel = { lenses: [lens], quorum: 1 }, verdict }: ReviewGiven,
): { readonly given: readonly LensVerdict[]; readonly verdict: Verdict | null } {
  const given = [...before.filter((g) => g.lens !== lens), { lens, verdict }]
  return { given, verdict: missingLens(panel.lenses, given) === null ? joinVerdicts(given, panel) : null }
}

/** Folds one lens's verdict in. The round is over, and the work reviewed, when all of its lenses have given theirs. */
export function giveReview(work: Work, fact: ReviewGiven): Work {
  const { given, verdict } = withLens(work.panel, fact)
  const usage = addUsage(work.usage, fact.usage)
  const ended: Work = { ...work, open: null, failures: 0, setbacks: 0, remedy: null, evictions: 0, usage, panel: given }
  if (verdict === null) return ended
  const { review, commit } = fact
  const base = work.workspace?.base ?? null
  const history = withRound(work.history, { review, commit, base, verdict, answers: work.answers })
  return { ...ended, phase: 'reviewed', panel: [], answers: [], reviews: review, verdict, history }
}
