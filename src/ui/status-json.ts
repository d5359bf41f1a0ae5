import type { CheckResult } from '../core/check.js'
import { wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import type { Plan } from '../core/plan.js'
import { publicState } from '../core/public-state.js'
import { trendOf } from '../core/review-history.js'
import { closedForAll, type RunState, type StageState } from '../core/run-state.js'
import { isSettled, type Work } from '../core/work.js'
import { accountStatus } from './account-status.js'
import { oneLine } from './harmless.js'
import type { FailureStatus, RunStateName, StageStateName, StatusJson, TaskStatus } from './status-shape.js'
import { healthWord } from './step-word.js'
import { runWait, taskWait } from './waits.js'

export interface StatusContext {
  /** Epoch milliseconds. */
  readonly now: number
  /** Somebody holds the run's lock: it is being carried out. */
  readonly running: boolean
}

/** A run as scripts see it. */
export function statusJson(state: RunState | null, plan: Pick<Plan, 'stages'>, context: StatusContext): StatusJson {
  return state === null ? statusOfPlan(plan) : statusOfRun(state, context)
}

function statusOfPlan(plan: Pick<Plan, 'stages'>): StatusJson {
  const stages = plan.stages.map(({ stage, tasks }) => ({
    stage,
    state: 'pending' as const,
    base: null,
    flaky: [],
    failure: null,
    undone: false,
    tasks: tasks.map((task) => ({ ...notBegun, id: task.id, title: oneLine(task.title) })),
  }))
  const tasks = stages.reduce((sum, stage) => sum + stage.tasks.length, 0)
  return {
    schemaVersion: 1,
    run: null,
    wait: null,
    accounts: [],
    stages,
    totals: { tasks, merged: 0, failed: 0, costUsd: 0, estimatedUsd: 0, tokens: { input: 0, output: 0 } },
  }
}

const notBegun: Omit<TaskStatus, 'id' | 'title'> = {
  state: 'pending',
  attempts: 0,
  reviewRounds: 0,
  reviewTrend: [],
  stageFindings: 0,
  branch: null,
  commit: null,
  costUsd: 0,
  durationMs: 0,
  waitingFor: null,
  health: null,
  flaky: [],
  failure: null,
}

function statusOfRun(saved: RunState, context: StatusContext): StatusJson {
  const state = context.running ? saved : cutOff(saved)
  const landed = state.stages.flatMap((s) => s.landed ?? [])
  // The last undo went back furthest.
  const undone = state.stages.flatMap((s) => s.undone ?? [])
  return {
    schemaVersion: 1,
    run: {
      id: state.run,
      state: runStateName(state, context),
      startedAt: state.startedAt,
      endedAt: state.endedAt,
      baseBranch: state.baseBranch,
      baseCommit: state.baseCommit,
      headCommit: undone[0]?.to ?? landed.at(-1)?.to ?? state.baseCommit,
      rehearsal: state.rehearsal,
      failure: state.failure === null ? null : failureJson(state.failure, null),
    },
    wait: runWait(state, context),
    accounts: state.accounts.map((name) => accountStatus(state, name, context.now)),
    stages: state.stages.map((stage) => ({
      stage: stage.stage,
      state: stageStateName(state, stage),
      base: stage.base === null ? null : { commit: stage.base.commit, failing: failing(stage.base.results) },
      flaky: [...new Set([...(stage.base?.flaky ?? []), ...flakyCommands(state.work[wholeOf(stage.stage)])])],
      failure: stage.failure === null ? null : failureJson(stage.failure, wholeOf(stage.stage)),
      undone: stage.undone !== null,
      tasks: tasksIn(state, stage).map((work) => taskStatus(state, work, context)),
    })),
    totals: totalsOf(state),
  }
}

/** Nobody carries it out: what its sessions were at when orch was killed goes on no longer. */
function cutOff(state: RunState): RunState {
  const stopped = Object.entries(state.work).map(([id, w]) => [
    id,
    { ...w, held: null, open: w.open === null ? null : { ...w.open, running: false } },
  ])
  return { ...state, ending: state.ending ?? 'interrupted', work: Object.fromEntries(stopped) as RunState['work'] }
}

const tasksIn = (state: RunState, stage: StageState): readonly Work[] => stage.tasks.flatMap((id) => state.work[id] ?? [])

function runStateName(state: RunState, context: StatusContext): RunStateName {
  if (context.running) return closedForAll(state, context.now) !== null ? 'waiting' : 'running'
  switch (state.ending) {
    case 'done':
    case 'failed':
      return state.ending
    case 'paused':
    case 'needs-person':
    case 'surroundings':
      return 'paused'
    case 'interrupted':
    case null:
      return 'interrupted'
  }
}

/** A stage whose tasks are all settled is being merged: combined, checked, reviewed, landed, or held back before that. */
function stageStateName(state: RunState, stage: StageState): StageStateName {
  if (stage.phase === 'held') return 'merging'
  if (stage.phase !== 'running') return stage.phase
  const tasks = tasksIn(state, stage)
  return tasks.every(isSettled) && tasks.some((w) => w.phase === 'approved' || w.phase === 'combined') ? 'merging' : 'running'
}

function taskStatus(state: RunState, work: Work, context: StatusContext): TaskStatus {
  const waitingFor = taskWait(state, work, context)
  const beyondBase = work.workspace !== null && work.head !== work.workspace.base ? work.head : null
  return {
    id: work.id,
    title: oneLine(work.title),
    state: waitingFor === null || work.phase === 'parked' ? publicState(state, work) : 'waiting',
    attempts: work.attempts,
    reviewRounds: work.reviews,
    reviewTrend: trendOf(work.history),
    stageFindings: work.stageFindings.length,
    branch: work.workspace?.branch ?? null,
    commit: work.mergeCommit ?? beyondBase,
    costUsd: rounded(work.usage.costUsd),
    durationMs: timeTaken(work, context),
    waitingFor,
    health: healthWord(work),
    flaky: flakyCommands(work),
    failure: work.failure === null ? null : failureJson(work.failure, work.id),
  }
}

const failing = (results: readonly CheckResult[]): readonly string[] => results.filter((r) => !r.passed).map((r) => r.command)

const flakyCommands = (work: Work | undefined): readonly string[] => [...new Set((work?.flaky ?? []).map((f) => f.command))]

/** Wall time from its first step to its end or now; of a task that was cut off, what its sessions took. */
function timeTaken(work: Work, context: StatusContext): number {
  if (work.startedAt === null) return 0
  const began = Date.parse(work.startedAt)
  if (work.endedAt !== null) return Math.max(0, Date.parse(work.endedAt) - began)
  return context.running ? Math.max(0, context.now - began) : work.usage.durationMs
}

/** A failure as scripts see it. @param task whose it is; null: the run's */
const failureJson = (failure: Failure, task: string | null): FailureStatus => ({
  reason: failure.reason,
  ...describeFailure(failure, task),
})

function totalsOf(state: RunState): StatusJson['totals'] {
  const tasks = state.stages.flatMap((stage) => tasksIn(state, stage))
  const all = [...tasks, ...state.stages.flatMap((stage) => state.work[wholeOf(stage.stage)] ?? [])]
  const sum = (of: (work: Work) => number): number => all.reduce((total, work) => total + of(work), 0)
  return {
    tasks: tasks.length,
    merged: tasks.filter((w) => w.phase === 'merged').length,
    failed: tasks.filter((w) => w.phase === 'failed').length,
    costUsd: rounded(sum((w) => w.usage.costUsd)),
    estimatedUsd: rounded(sum((w) => w.usage.estimatedUsd ?? 0)),
    tokens: { input: sum((w) => w.usage.inputTokens), output: sum((w) => w.usage.outputTokens) },
  }
}

/** Sums of binary fractions grow tails; a ten-thousandth of a cent is enough. */
const rounded = (usd: number): number => Math.round(usd * 1e6) / 1e6
