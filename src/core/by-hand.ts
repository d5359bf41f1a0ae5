import { blankWork } from './blank-work.js'
import type { CommitId, RecordedFact, WorkFact } from './fact.js'
import type { OrderByHand, Work, WorkPhase } from './work.js'

/** What a person says to work that has stopped, or that is not merged yet, folded into its state. */

type Retried = RecordedFact & WorkFact & { readonly type: 'task-retried' }

/** What a person ordered for a piece of work. */
export type OrderFact = WorkFact & { readonly type: 'task-retried' | 'review-asked' | 'merge-decided' }

/** Whether the session that was cut off is not gone on with after this order. */
export function leavesSession(work: Work, order: OrderFact): boolean {
  if (work.open === null) return false
  return order.type !== 'task-retried' || order.from !== undefined || (work.open.step === 'review' && isEdited(work, order.milestone))
}

const isEdited = (work: Work, said: Work['milestone']): boolean => (said ?? work.milestone)?.hash !== work.milestone?.hash

/** A person wants it tried again, with all counters fresh. */
export function retried(work: Work, order: Retried): Work {
  if (order.from === 'scratch') return begunAnew(work, order.milestone)
  const again = goneOnWith(work, order)
  return order.from === 'review' ? { ...again, phase: 'worked', verdict: null, panel: [] } : again
}

/** It goes on where it stopped, in the session that was cut off if there is one. */
function goneOnWith(work: Work, order: Retried): Work {
  const milestone = order.milestone ?? work.milestone
  const isAnother = isEdited(work, milestone)
  return {
    ...work,
    phase: phaseAfterRetry(work, isAnother),
    milestone,
    title: milestone?.title ?? work.title,
    optional: milestone?.optional ?? work.optional,
    // A verdict was given on the text of then, and a review that was cut off was to judge by it.
    verdict: isAnother ? null : work.verdict,
    panel: isAnother ? [] : work.panel,
    history: isAnother ? [] : work.history.slice(-1),
    open: leavesSession(work, order) ? null : work.open,
    stoppedIn: null,
    failure: null,
    failures: 0,
    setbacks: 0,
    remedy: null,
    evictions: 0,
    rounds: 0,
    mergeRounds: 0,
    changed: true,
    byHand: null,
    endedAt: null,
  }
}

/** Commands are run anew first, as the person may have mended what made them fail; a review is, where the text is another one. */
function phaseAfterRetry(work: Work, isAnother: boolean): WorkPhase {
  const stopped = work.stoppedIn ?? (work.workspace === null ? 'pending' : 'ready')
  const { reason } = work.failure ?? {}
  const isJudged = reason === 'checks-failed' || reason === 'remediation-without-change'
  return (stopped === 'checked' && (isJudged || isAnother)) || (stopped === 'reviewed' && isAnother) ? 'worked' : stopped
}

/** As if nothing had been done to it, but for what was paid and for the numbers of its sessions, which name their records. */
function begunAnew(work: Work, said: Work['milestone']): Work {
  const milestone = said ?? work.milestone
  const { title, optional } = milestone ?? work
  const { attempts, reviews, usage, sessions, startedAt, model, unservedBy, alsoChecks } = work
  return {
    ...blankWork(work.id, work.stage, { title, optional, milestone }),
    ...{ attempts, reviews, usage, sessions, startedAt, model, unservedBy, alsoChecks },
  }
}

/** What stands at the commit is checked and judged once more; the rounds that it has had stay counted. */
export const askedAnew = (work: Work, commit: CommitId): Work => ({
  ...standingAt(work, { wants: 'review', commit }),
  verdict: null,
  panel: [],
})

/** The verdict stays: the merge says what the person took in spite of it. */
export const takenByHand = (work: Work, { commit, note }: { readonly commit: CommitId; readonly note: string | null }): Work => ({
  ...standingAt(work, { wants: 'merge', commit }),
  approvedByPerson: true,
  approvalNote: note ?? work.approvalNote,
})

const standingAt = (work: Work, byHand: OrderByHand): Work => ({
  ...work,
  phase: 'worked',
  head: byHand.commit,
  checks: [],
  open: null,
  stoppedIn: null,
  failure: null,
  endedAt: null,
  byHand,
})

/** The person took their own sight of it: what others merged before it changes nothing in that, as long as the checks pass. */
export const afterJoin = ({ byHand, head }: Work, commit: CommitId): OrderByHand | null =>
  byHand !== null && byHand.wants === 'merge' && byHand.commit === head ? { wants: 'merge', commit } : null
