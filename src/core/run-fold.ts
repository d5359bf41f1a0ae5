import { type AccountName, defaultAccount } from './account.js'
import { countActive } from './active-time.js'
import { blankWork } from './blank-work.js'
import type { RecordedFact, WorkId } from './fact.js'
import { afterLikeFailure } from './policy/breaker.js'
import { unreachable } from './result.js'
import { noRunBudget, reduceBudget } from './run-budget.js'
import { advanced, type RunState, withStage, withWork, workOf } from './run-state.js'
import { checkBase, combine, countFindings, land, moveOn, pendingStage, startStage, unblock, undo } from './stage-fold.js'
import type { Work } from './work.js'
import { reduceWork } from './work-state.js'

/** Folds one fact in. Total: a fact that does not fit the state is a bug and throws. */
export function reduce(state: RunState | null, fact: RecordedFact): RunState {
  if (state === null) {
    if (fact.type !== 'run-started') throw new Error(`Internal error: a run begins with run-started, not ${fact.type}`)
    return begin(fact)
  }
  const next = apply(state, fact)
  return advanced(next, { stages: withActiveTime(next, fact), seq: fact.seq })
}

function begin(fact: RecordedFact & { type: 'run-started' }): RunState {
  const work: Record<WorkId, Work> = {}
  for (const stage of fact.stages)
    for (const task of stage.tasks) work[task.id] = blankWork(task.id, stage.stage, { ...task, milestone: null })
  return {
    run: fact.run,
    seq: fact.seq,
    startedAt: fact.at,
    endedAt: null,
    ending: null,
    failure: null,
    baseBranch: fact.baseBranch,
    baseCommit: fact.baseCommit,
    withoutReview: fact.withoutReview,
    rehearsal: fact.rehearsal,
    selection: fact.selection,
    stages: fact.stages.map(pendingStage),
    work,
    accounts: [defaultAccount],
    account: null,
    limits: {},
    guessedLimits: {},
    narrowed: {},
    streak: null,
    budget: noRunBudget,
  }
}

/** What waited for the machine when orch died waits no longer; it will be told anew. */
const unheld = (work: RunState['work']): RunState['work'] =>
  Object.fromEntries(Object.entries(work).map(([id, w]) => [id, w.held === null ? w : { ...w, held: null }]))

function resume(saved: RunState): RunState {
  const state = withoutCommonFailures(saved)
  return unblock({ ...state, work: unheld(state.work), ending: null, endedAt: null, failure: null, narrowed: {}, streak: null })
}

/** What several tasks met alike was no fault of theirs. */
function withoutCommonFailures(state: RunState): RunState {
  if (state.failure?.reason !== 'breaker-tripped') return state
  const work = Object.fromEntries(Object.entries(state.work).map(([id, w]) => [id, { ...w, failures: 0 }]))
  return { ...state, work }
}

function apply(state: RunState, fact: RecordedFact): RunState {
  switch (fact.type) {
    case 'run-started':
      throw new Error('Internal error: run-started twice')
    case 'run-resumed':
      return resume(state)
    case 'accounts-chosen':
      return { ...state, accounts: fact.accounts }
    case 'run-ended':
      return { ...state, ending: fact.ending, endedAt: fact.at, failure: fact.failure }
    case 'survivors-ended':
    case 'checkout-changed':
    case 'milestone-edited':
    case 'windows-seen':
      return state
    case 'budget-set':
    case 'budget-warned':
      return { ...state, budget: reduceBudget(state.budget, fact) }
    case 'limit-hit':
      return closeAccount(state, fact)
    case 'limit-lifted':
      return { ...state, limits: without(state.limits, fact.account) }
    case 'concurrency-changed':
      return {
        ...state,
        narrowed: fact.sessions === null ? without(state.narrowed, fact.account) : { ...state.narrowed, [fact.account]: fact.sessions },
      }
    case 'stage-started':
      return startStage(state, fact)
    case 'base-checked':
      return checkBase(state, fact)
    case 'tasks-combined':
      return combine(state, fact)
    case 'stage-landed':
      return land(state, fact)
    case 'stage-published':
      return withStage(state, fact.stage, (s) => ({ ...s, requests: fact.requests }))
    case 'stage-undone':
      return undo(state, fact)
    case 'stage-held':
      return withStage(state, fact.stage, (s) => ({ ...s, phase: 'held', failure: fact.failure }))
    case 'stage-failed':
      return withStage(state, fact.stage, (s) => ({ ...s, phase: 'failed', failure: fact.failure }))
    case 'attempt-finished':
      return calm(moveOn(withoutGuesses(state, fact.task), fact))
    case 'base-joined':
    case 'deferred-written':
      return moveOn(state, fact)
    case 'review-given':
      return calm(
        countFindings(
          withWork(withoutGuesses(state, fact.task), fact.task, (work) => reduceWork(work, fact)),
          fact,
        ),
      )
    case 'attempt-started':
    case 'review-started':
      return onAccount(
        withWork(state, fact.task, (work) => reduceWork(work, fact)),
        fact.account,
      )
    case 'attempt-failed':
    case 'review-failed':
      return {
        ...withWork(state, fact.task, (work) => reduceWork(work, fact)),
        streak: afterLikeFailure(state.streak, fact.failure, fact.task),
      }
    case 'workspace-opened':
    case 'workspace-closed':
    case 'entry-checked':
    case 'start-held':
    case 'session-frozen':
    case 'session-thawed':
    case 'attempt-interrupted':
    case 'check-flaky':
    case 'checks-finished':
    case 'review-interrupted':
    case 'task-approved':
    case 'approval-given':
    case 'review-asked':
    case 'merge-decided':
    case 'merge-conflicted':
    case 'combination-refused':
    case 'git-believed':
    case 'task-failed':
    case 'task-parked':
    case 'task-blocked':
    case 'task-retried':
    case 'model-changed':
      return withWork(state, fact.task, (work) => reduceWork(work, fact))
    default:
      return unreachable(fact)
  }
}

function closeAccount(state: RunState, fact: RecordedFact & { type: 'limit-hit' }): RunState {
  const { account, until, window, guessed } = fact
  const guesses = state.guessedLimits[account] ?? 0
  return {
    ...state,
    limits: { ...state.limits, [account]: { since: Date.parse(fact.at), until, window } },
    guessedLimits: guessed ? { ...state.guessedLimits, [account]: guesses + 1 } : without(state.guessedLimits, account),
  }
}

const onAccount = (state: RunState, account: AccountName): RunState => (state.account === account ? state : { ...state, account })

/** The last session did not fail. */
const calm = (state: RunState): RunState => (state.streak === null ? state : { ...state, streak: null })

/** A session of that work came to its end: its account is open. */
function withoutGuesses(state: RunState, task: WorkId): RunState {
  const account = workOf(state, task).open?.account
  return account === undefined || !(account in state.guessedLimits)
    ? state
    : { ...state, guessedLimits: without(state.guessedLimits, account) }
}

function without<T>(record: Readonly<Record<AccountName, T>>, account: AccountName): Readonly<Record<AccountName, T>> {
  const { [account]: _, ...rest } = record
  return rest
}

const withActiveTime = ({ stages, work }: RunState, fact: RecordedFact): RunState['stages'] =>
  stages.map((s) => {
    const active = countActive(s.active, fact, (task) => work[task]?.stage === s.stage)
    return active === s.active ? s : { ...s, active }
  })
