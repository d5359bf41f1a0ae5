import type { RecordedFact, WorkFact } from './fact.js'
import { withRound } from './review-history.js'
import { withLens } from './round-of-lenses.js'
import { addUsage } from './session.js'
import type { Work } from './work.js'

/** Folds one lens's verdict in. The round is over, and the work reviewed, when all of its lenses have given theirs. */
export function giveReview(work: Work, fact: RecordedFact & WorkFact & { type: 'review-given' }): Work {
  const { given, verdict } = withLens(work.panel, fact)
  const usage = addUsage(work.usage, fact.usage)
  const ended: Work = { ...work, open: null, failures: 0, setbacks: 0, remedy: null, evictions: 0, usage, panel: given }
  if (verdict === null) return ended
  const { review, commit } = fact
  const base = work.workspace?.base ?? null
  const history = withRound(work.history, { review, commit, base, verdict, answers: work.answers })
  return { ...ended, phase: 'reviewed', panel: [], answers: [], reviews: review, verdict, history }
}
