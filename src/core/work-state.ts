import { afterJoin, askedAnew, retried, takenByHand } from './by-hand.js'
import { allPassed } from './check.js'
import type { RecordedFact, WorkFact } from './fact.js'
import { unreachable } from './result.js'
import { giveReview } from './review-fold.js'
import { isAnswered, mergeAnswers } from './review-history.js'
import { addUsage } from './session.js'
import { beginSession, failSession, interruptSession } from './session-fold.js'
import type { Work } from './work.js'

/** Folds a fact about one piece of work into its state. The machine is drawn above `WorkPhase`. */
export function reduceWork(work: Work, fact: RecordedFact & WorkFact): Work {
  // Whatever else happens to it, it is held no longer.
  if (fact.type === 'start-held' || fact.type === 'session-frozen') return { ...work, held: fact.detail }
  return changed(work.held === null ? work : { ...work, held: null }, fact)
}

type Change = Exclude<RecordedFact & WorkFact, { type: 'start-held' | 'session-frozen' }>

function changed(work: Work, fact: Change): Work {
  switch (fact.type) {
    case 'workspace-opened':
      return {
        ...work,
        phase: work.phase === 'pending' ? 'opened' : work.phase,
        workspace: { branch: fact.branch, path: fact.path, base: fact.base },
        workspaceOpen: true,
        head: work.head ?? fact.base,
        startedAt: work.startedAt ?? fact.at,
      }
    case 'workspace-closed':
      return { ...work, workspaceOpen: false }
    case 'entry-checked':
      return { ...work, phase: 'ready', entryResults: fact.results }
    case 'attempt-started':
    case 'review-started':
      return beginSession(work, fact)
    case 'attempt-interrupted':
    case 'review-interrupted':
      return interruptSession(work, fact)
    case 'attempt-finished':
      return finishAttempt(work, fact)
    case 'attempt-failed':
    case 'review-failed':
      return failSession(work, fact)
    case 'check-flaky':
      return { ...work, flaky: [...work.flaky, { command: fact.command, commit: fact.commit }] }
    case 'checks-finished':
      return { ...work, phase: 'checked', checks: fact.results, checkedCommit: fact.commit }
    case 'review-given':
      return giveReview(work, fact)
    case 'task-approved':
      return { ...work, phase: 'approved' }
    case 'approval-given':
      return { ...work, approvedByPerson: true, approvalNote: fact.note ?? work.approvalNote }
    case 'review-asked':
      return askedAnew(work, fact.commit)
    case 'merge-decided':
      return takenByHand(work, fact)
    case 'git-believed':
      return {
        ...work,
        head: fact.commit,
        // Set back to where it began: there is nothing to judge.
        phase: fact.commit === work.workspace?.base ? 'ready' : 'worked',
        open: null,
        checks: [],
        verdict: null,
        panel: [],
        changed: true,
      }
    case 'merge-conflicted':
      return {
        ...work,
        phase: 'unmergeable',
        refusal: null,
        obstacle: { kind: 'conflict', onto: fact.onto, files: fact.files, results: [] },
      }
    case 'combination-refused':
      return { ...work, phase: 'unmergeable', obstacle: { kind: 'red', onto: fact.onto, files: [], results: fact.results } }
    case 'base-joined':
      return {
        ...work,
        phase: 'worked',
        open: null,
        workspace: work.workspace === null ? null : { ...work.workspace, base: fact.onto },
        head: fact.commit,
        checks: [],
        alsoChecks: withObstacle(work),
        obstacle: null,
        mergeRounds: work.mergeRounds + 1,
        changed: true,
        byHand: afterJoin(work, fact.commit),
      }
    case 'deferred-written':
      return { ...work, phase: 'worked', open: null, head: fact.commit, checks: [], byHand: afterJoin(work, fact.commit) }
    case 'task-failed':
    case 'task-parked':
    case 'task-blocked':
      return {
        ...work,
        phase: fact.type === 'task-failed' ? 'failed' : fact.type === 'task-parked' ? 'parked' : 'blocked',
        stoppedIn: work.stoppedIn ?? work.phase,
        failure: fact.failure,
        endedAt: fact.at,
        byHand: null,
      }
    case 'model-changed':
      return { ...work, model: fact.to, unservedBy: [...work.unservedBy, fact.from] }
    case 'task-retried':
      return retried(work, fact)
    case 'milestone-edited':
    case 'session-thawed':
      return work
    default:
      return unreachable(fact)
  }
}

const withObstacle = (work: Work): readonly string[] => [
  ...new Set([...work.alsoChecks, ...(work.obstacle?.results ?? []).filter((r) => !r.passed).map((r) => r.command)]),
]

function finishAttempt(work: Work, fact: RecordedFact & { type: 'attempt-finished' }): Work {
  const base: Work = {
    ...work,
    open: null,
    session: fact.session,
    sessionAccount: work.open?.account ?? work.sessionAccount,
    failures: 0,
    setbacks: 0,
    remedy: null,
    evictions: 0,
    head: fact.commit,
    changed: fact.changed,
    usage: addUsage(work.usage, fact.usage),
    rounds: work.rounds + (fact.step === 'remediate' ? 1 : 0),
    answers: mergeAnswers(work.answers, fact.answers ?? []),
  }
  if (fact.step === 'remediate' && !fact.changed) return withoutChange(base)
  const fresh: Work = { ...base, phase: 'worked', checks: [], verdict: null, panel: [] }
  if (fact.step !== 'resolve') return fresh
  const onto = work.obstacle?.onto
  return {
    ...fresh,
    mergeRounds: work.mergeRounds + 1,
    alsoChecks: withObstacle(work),
    obstacle: null,
    workspace: work.workspace === null || onto === undefined ? work.workspace : { ...work.workspace, base: onto },
  }
}

/**
 * Told what is wrong, and nothing changed: the same checks and the same verdict still stand, and red checks come before an approval.
 * Where each point of the review was answered, another review judges the answers.
 */
function withoutChange(work: Work): Work {
  if (work.verdict === null || !allPassed(work.checks)) return { ...work, phase: 'checked' }
  if (isAnswered(work.history, work.answers)) return { ...work, phase: 'checked', verdict: null, changed: true }
  return { ...work, phase: 'reviewed' }
}
