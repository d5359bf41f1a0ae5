import type { AccountName } from './account.js'
import type { ActiveTime } from './active-time.js'
import type { CheckResult } from './check.js'
import type { CommitId, PublishedRequest, RunEnding, WorkId } from './fact.js'
import type { Failure } from './failure.js'
import { valuesOf, withEntries } from './paged-record.js'
import type { Selection } from './plan.js'
import type { Streak } from './policy/breaker.js'
import type { RunBudget } from './run-budget.js'
import type { Work } from './work.js'

/** What the checks said of the commit that a stage starts from. */
export interface CheckedBase {
  readonly commit: CommitId
  readonly results: readonly CheckResult[]
  /** Of the commands that passed, those that failed first. */
  readonly flaky: readonly string[]
}

export interface StageState {
  readonly stage: number
  readonly phase: 'pending' | 'running' | 'done' | 'held' | 'failed'
  /** The base branch's tip when the stage started. */
  readonly tip: CommitId | null
  readonly branch: string | null
  /** The config's checks on what it starts from; null: nobody had to look, or has looked. */
  readonly base: CheckedBase | null
  /** The integration branch's tip. The checks passed on it, unless the whole is being mended: then they are run on it next. */
  readonly integration: CommitId | null
  /** Everything that this stage needs is combined, TASKS.md included. */
  readonly complete: boolean
  readonly tasks: readonly WorkId[]
  readonly failure: Failure | null
  readonly landed: { readonly from: CommitId; readonly to: CommitId } | null
  /** The pull requests that show it; null: it was not published. */
  readonly requests: readonly PublishedRequest[] | null
  /** It was landed and a person had it undone; where the branch stood then. */
  readonly undone: { readonly to: CommitId } | null
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
  /** Tasks by id, and the whole of each started stage as `stage-<n>`. Changed through `withWork` only, which copies next to nothing. */
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

/** Nothing more is done in it: it ended well, or a person undid a part of it, and the rest would build on what is gone. */
export const isOver = (state: RunState): boolean => state.ending === 'done' || state.stages.some((stage) => stage.undone !== null)

/** The state with one stage changed. */
export function withStage(state: RunState, stage: number, change: (s: StageState) => StageState): RunState {
  return { ...state, stages: state.stages.map((s) => (s.stage === stage ? change(s) : s)) }
}

/** The state with one piece of work changed. */
export function withWork(state: RunState, id: WorkId, change: (w: Work) => Work): RunState {
  return advanced(state, { work: withEntries(state.work, [[id, change(workOf(state, id))]]) })
}

/**
 * The state with what nearly each fact changes. Written out, since Node 20 takes eight times as long for `{ ...state }` of a state that was
 * itself made so, which is a third of the time in which a long run is read back.
 */
export const advanced = (state: RunState, part: Partial<Pick<RunState, 'seq' | 'stages' | 'work'>>): RunState => ({
  run: state.run,
  seq: part.seq ?? state.seq,
  startedAt: state.startedAt,
  endedAt: state.endedAt,
  ending: state.ending,
  failure: state.failure,
  baseBranch: state.baseBranch,
  baseCommit: state.baseCommit,
  withoutReview: state.withoutReview,
  rehearsal: state.rehearsal,
  selection: state.selection,
  stages: part.stages ?? state.stages,
  work: part.work ?? state.work,
  accounts: state.accounts,
  account: state.account,
  limits: state.limits,
  guessedLimits: state.guessedLimits,
  narrowed: state.narrowed,
  streak: state.streak,
  budget: state.budget,
})

/** A stage of the run; one that is not there is a bug. */
export function stageOf(state: RunState, stage: number): StageState {
  const found = state.stages.find((s) => s.stage === stage)
  if (found === undefined) throw new Error(`Internal error: no stage ${stage} in run ${state.run}`)
  return found
}

/** Work of the run; one that is not there is a bug. */
export function workOf(state: RunState, id: WorkId): Work {
  const found = state.work[id]
  if (found === undefined) throw new Error(`Internal error: no work ${id} in run ${state.run}`)
  return found
}

/** All work of the run. */
export const allWork = (state: RunState): readonly Work[] => valuesOf(state.work)

/** The tasks of a stage, in plan order. */
export const tasksOf = (state: RunState, stage: number): Work[] => stageOf(state, stage).tasks.map((id) => workOf(state, id))
