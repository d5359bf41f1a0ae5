import { type AccountName, defaultAccount } from './account.js'
import { type ActiveTime, countActive } from './active-time.js'
import type { CommitId, RecordedFact, RunEnding, WorkId } from './fact.js'
import { wholeOf } from './fact.js'
import type { Failure } from './failure.js'
import type { Milestone } from './milestone.js'
import type { PlannedStage, PlannedTask, Selection } from './plan.js'
import { afterLikeFailure, type Streak } from './policy/breaker.js'
import { unreachable } from './result.js'
import { noRunBudget, type RunBudget, reduceBudget } from './run-budget.js'
import { noUsage } from './session.js'
import type { Work } from './work.js'
import { reduceWork } from './work-state.js'

export interface StageState {
  readonly stage: number
  readonly phase: 'pending' | 'running' | 'done' | 'held' | 'failed'
  /** The base branch's tip when the stage started. */
  readonly tip: CommitId | null
  readonly branch: string | null
  /** The integration branch's tip. The checks passed on it, unless the whole is being mended: then they are run on it next. */
  readonly integration: CommitId | null
  /** Everything that this stage needs is combined, TASKS.md included. */
  readonly complete: boolean
  readonly tasks: readonly WorkId[]
  readonly failure: Failure | null
  readonly landed: { readonly from: CommitId; readonly to: CommitId } | null
  readonly active: ActiveTime
}

/** An account's window that is closed. */
export interface ClosedLimit {
  /** Epoch ms at which it was met. */
  readonly since: number
  /** Epoch ms. */
  readonly until: number
  readonly window: string | null
}

/** The state of a run: a fold over its facts. What is saved as the checkpoint. */
export interface RunState {
  readonly run: string
  /** The number of the last fact folded in. */
  readonly seq: number
  readonly startedAt: string
  readonly endedAt: string | null
  /** Null while it runs, or after it was cut off. */
  readonly ending: RunEnding | null
  readonly failure: Failure | null
  readonly baseBranch: string
  readonly baseCommit: CommitId
  readonly withoutReview: boolean
  readonly rehearsal: boolean
  readonly selection: Selection
  readonly stages: readonly StageState[]
  /** Tasks by id, and the whole of each started stage as `stage-<n>`. */
  readonly work: Readonly<Record<WorkId, Work>>
  /** Those that sessions may be paid by. */
  readonly accounts: readonly AccountName[]
  /** The account on which the last session was started. */
  readonly account: AccountName | null
  /** Accounts that are closed. One stays here until somebody wants it after its instant. */
  readonly limits: Readonly<Record<AccountName, ClosedLimit>>
  /** How often in a row a limit's end had to be guessed, because the program gave no usable instant. */
  readonly guessedLimits: Readonly<Record<AccountName, number>>
  /** Accounts that bear fewer sessions at a time than configured. */
  readonly narrowed: Readonly<Record<AccountName, number>>
  /** Sessions that failed alike, one after the other; null: the last one did not fail. */
  readonly streak: Streak | null
  readonly budget: RunBudget
}

/** Folds one fact in. Total: a fact that does not fit the state is a bug and throws. */
export function reduce(state: RunState | null, fact: RecordedFact): RunState {
  if (state === null) {
    if (fact.type !== 'run-started') throw new Error(`Internal error: a run begins with run-started, not ${fact.type}`)
    return begin(fact)
  }
  return { ...withActiveTime(apply(state, fact), fact), seq: fact.seq }
}

function begin(fact: RecordedFact & { type: 'run-started' }): RunState {
  const work: Record<WorkId, Work> = {}
  for (const stage of fact.stages) for (const task of stage.tasks) work[task.id] = plannedWork(task, stage.stage)
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

const pendingStage = (planned: PlannedStage): StageState => ({
  stage: planned.stage,
  phase: 'pending',
  tip: null,
  branch: null,
  integration: null,
  complete: false,
  tasks: planned.tasks.map((t) => t.id),
  failure: null,
  landed: null,
  active: { ms: 0, since: null, tasks: [] },
})

const plannedWork = (task: PlannedTask, stage: number): Work => blankWork(task.id, stage, task.title, task.optional, null)

const blankWork = (id: WorkId, stage: number, title: string, optional: boolean, milestone: Milestone | null): Work => ({
  id,
  stage,
  milestone,
  title,
  optional,
  phase: 'pending',
  stoppedIn: null,
  failure: null,
  workspace: null,
  workspaceOpen: false,
  head: null,
  open: null,
  session: null,
  sessionAccount: null,
  attempts: 0,
  failures: 0,
  setbacks: 0,
  remedy: null,
  rounds: 0,
  reviews: 0,
  mergeRounds: 0,
  changed: true,
  alsoChecks: [],
  entryResults: [],
  checks: [],
  checkedCommit: null,
  verdict: null,
  obstacle: null,
  approvedByPerson: false,
  mergeCommit: null,
  held: null,
  evictions: 0,
  usage: noUsage,
  sessions: 0,
  model: null,
  unservedBy: [],
  startedAt: null,
  endedAt: null,
})

/** What waited for the machine when orch died waits no longer; it will be told anew. */
const unheld = (work: RunState['work']): RunState['work'] =>
  Object.fromEntries(Object.entries(work).map(([id, w]) => [id, w.held === null ? w : { ...w, held: null }]))

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
    case 'tasks-combined':
      return combine(state, fact)
    case 'stage-landed':
      return land(state, fact)
    case 'stage-held':
      return withStage(state, fact.stage, (s) => ({ ...s, phase: 'held', failure: fact.failure }))
    case 'stage-failed':
      return withStage(state, fact.stage, (s) => ({ ...s, phase: 'failed', failure: fact.failure }))
    case 'attempt-finished':
      return { ...moveOn(withoutGuesses(state, fact.task), fact), streak: null }
    case 'base-joined':
      return moveOn(state, fact)
    case 'review-given':
      return { ...withWork(withoutGuesses(state, fact.task), fact.task, (work) => reduceWork(work, fact)), streak: null }
    case 'attempt-started':
    case 'review-started':
      return { ...withWork(state, fact.task, (work) => reduceWork(work, fact)), account: fact.account }
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
    case 'checks-finished':
    case 'review-interrupted':
    case 'task-approved':
    case 'approval-given':
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

/** A session of that work came to its end: its account is open. */
function withoutGuesses(state: RunState, task: WorkId): RunState {
  const account = workOf(state, task).open?.account
  return account === undefined ? state : { ...state, guessedLimits: without(state.guessedLimits, account) }
}

function without<T>(record: Readonly<Record<AccountName, T>>, account: AccountName): Readonly<Record<AccountName, T>> {
  const { [account]: _, ...rest } = record
  return rest
}

/**
 * The limit that holds the whole run: of the account that opens first, when all are closed. Null: some account is open.
 * @param now epoch ms; a limit whose instant has passed closes nothing
 */
export function closedForAll(state: RunState, now = Number.NEGATIVE_INFINITY): (ClosedLimit & { readonly account: AccountName }) | null {
  const closed = state.accounts.flatMap((account) => {
    const limit = state.limits[account]
    return limit === undefined || limit.until <= now ? [] : [{ ...limit, account }]
  })
  if (closed.length < state.accounts.length) return null
  return closed.reduce((first, limit) => (limit.until < first.until ? limit : first))
}

/** What is done to the whole of a stage is done on its integration branch: whatever is combined later builds on it. */
function moveOn(state: RunState, fact: RecordedFact & { type: 'attempt-finished' | 'base-joined' }): RunState {
  const moved = withWork(state, fact.task, (work) => reduceWork(work, fact))
  const { stage } = workOf(state, fact.task)
  return fact.task === wholeOf(stage) ? withStage(moved, stage, (s) => ({ ...s, integration: fact.commit })) : moved
}

function startStage(state: RunState, fact: RecordedFact & { type: 'stage-started' }): RunState {
  const work: Record<WorkId, Work> = { ...state.work }
  // A milestone file may have gone since the plan was made.
  const planned = state.stages.find((s) => s.stage === fact.stage)?.tasks ?? []
  for (const gone of planned) if (!fact.milestones.some((m) => m.id === gone)) delete work[gone]
  for (const m of fact.milestones) work[m.id] = blankWork(m.id, m.stage, m.title, m.optional, m)
  const whole = wholeOf(fact.stage)
  work[whole] = {
    ...blankWork(whole, fact.stage, `Stage ${fact.stage}`, false, null),
    startedAt: fact.at,
    head: fact.tip,
  }
  const stage: Partial<StageState> = {
    phase: 'running',
    tip: fact.tip,
    branch: fact.branch,
    integration: fact.tip,
    tasks: fact.milestones.map((m) => m.id),
    failure: null,
  }
  // A stage whose first file was written after the plan was made.
  const known = state.stages.some((s) => s.stage === fact.stage)
    ? state
    : { ...state, stages: [...state.stages, pendingStage({ stage: fact.stage, tasks: [] })].sort((a, b) => a.stage - b.stage) }
  return { ...withStage(known, fact.stage, (s) => ({ ...s, ...stage })), work }
}

function combine(state: RunState, fact: RecordedFact & { type: 'tasks-combined' }): RunState {
  let next = withStage(state, fact.stage, (s) => ({ ...s, integration: fact.tip, complete: fact.complete }))
  for (const merge of fact.merges)
    next = withWork(next, merge.task, (w) => ({ ...w, phase: 'combined', mergeCommit: merge.commit, obstacle: null }))
  // A session of the whole that was cut off began on what the stage was before.
  next = withWork(next, wholeOf(fact.stage), (w) => ({ ...w, open: null }))
  if (!fact.complete) return next
  return withWork(next, wholeOf(fact.stage), (w) => ({
    ...w,
    head: fact.tip,
    phase: 'checked',
    checks: fact.results,
    checkedCommit: fact.tip,
    verdict: null,
    changed: true,
  }))
}

function land(state: RunState, fact: RecordedFact & { type: 'stage-landed' }): RunState {
  const landed = withStage(state, fact.stage, (s) => ({ ...s, phase: 'done', failure: null, landed: { from: fact.from, to: fact.to } }))
  const merged = (w: Work): Work => ({ ...w, phase: 'merged', endedAt: fact.at })
  let next = withWork(landed, wholeOf(fact.stage), merged)
  for (const id of stageOf(state, fact.stage).tasks) if (next.work[id]?.phase === 'combined') next = withWork(next, id, merged)
  return next
}

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

/** Work that was blocked only because something else had failed gets another chance when the run goes on, unless its stage is over. */
function unblock(state: RunState): RunState {
  const work: Record<WorkId, Work> = {}
  for (const [id, w] of Object.entries(state.work))
    work[id] =
      w.phase === 'blocked' &&
      (w.failure?.reason === 'stage-failed' || w.failure?.reason === 'dependency-failed') &&
      stageOf(state, w.stage).phase !== 'done'
        ? { ...w, phase: w.stoppedIn ?? 'pending', stoppedIn: null, failure: null, endedAt: null }
        : w
  const stages = state.stages.map((s) =>
    s.phase === 'failed' || s.phase === 'held'
      ? { ...s, phase: s.tip === null ? ('pending' as const) : ('running' as const), failure: null }
      : s,
  )
  return { ...state, work, stages }
}

const withActiveTime = (state: RunState, fact: RecordedFact): RunState => ({
  ...state,
  stages: state.stages.map((s) => {
    const active = countActive(s.active, fact, (task) => state.work[task]?.stage === s.stage)
    return active === s.active ? s : { ...s, active }
  }),
})

function withStage(state: RunState, stage: number, change: (s: StageState) => StageState): RunState {
  return { ...state, stages: state.stages.map((s) => (s.stage === stage ? change(s) : s)) }
}

function withWork(state: RunState, id: WorkId, change: (w: Work) => Work): RunState {
  return { ...state, work: { ...state.work, [id]: change(workOf(state, id)) } }
}

export function stageOf(state: RunState, stage: number): StageState {
  const found = state.stages.find((s) => s.stage === stage)
  if (found === undefined) throw new Error(`Internal error: no stage ${stage} in run ${state.run}`)
  return found
}

export function workOf(state: RunState, id: WorkId): Work {
  const found = state.work[id]
  if (found === undefined) throw new Error(`Internal error: no work ${id} in run ${state.run}`)
  return found
}

/** The tasks of a stage, in plan order. */
export const tasksOf = (state: RunState, stage: number): Work[] => stageOf(state, stage).tasks.map((id) => workOf(state, id))
