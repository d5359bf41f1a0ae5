import { blankWork } from './blank-work.js'
import type { CommitId, RecordedFact, WorkFact } from './fact.js'
import type { OrderByHand, Work, WorkPhase } from './work.js'

/** What a person says to work that has stopped, or that is not merged yet, folded into its state. */

type Retried = RecordedFact & WorkFact & { readonly type: 'task-retried' }

/** A person wants it tried again, with all counters fresh. */
export function retried(work: Work, { milestone, from }: Retried): Work {
  if (from === 'scratch') return begunAnew(work, milestone)
  const again = goneOnWith(work, milestone)
  return from === 'review' ? { ...again, phase: 'worked', verdict: null, panel: [], open: null } : again
}

/** It goes on where it stopped, in the session that was cut off if there is one. */
function goneOnWith(work: Work, said: Work['milestone']): Work {
  const milestone = said ?? work.milestone
  const isEdited = milestone?.hash !== work.milestone?.hash
  return {
    ...work,
    phase: phaseAfterRetry(work, isEdited),
    milestone,
    title: milestone?.title ?? work.title,
    optional: milestone?.optional ?? work.optional,
    // A verdict was given on the text of then, and a review that was cut off was to judge by it.
    verdict: isEdited ? null : work.verdict,
    panel: isEdited ? [] : work.panel,
    history: isEdited ? [] : work.history.slice(-1),
    open: isEdited && work.open?.step === 'review' && !work.open.running ? null : work.open,
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
function phaseAfterRetry(work: Work, isEdited: boolean): WorkPhase {
  const stopped = work.stoppedIn ?? (work.workspace === null ? 'pending' : 'ready')
  const { reason } = work.failure ?? {}
  const isJudged = reason === 'checks-failed' || reason === 'remediation-without-change'
  return (stopped === 'checked' && (isJudged || isEdited)) || (stopped === 'reviewed' && isEdited) ? 'worked' : stopped
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
