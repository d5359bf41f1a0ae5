import { type WorkId, wholeOf } from './fact.js'
import type { Failure } from './failure.js'
import { nextStep, type Rules } from './next-step.js'
import { type RunState, stageOf, tasksOf, workOf } from './run-state.js'
import type { Work } from './work.js'
import { isOutOfTheRunning } from './work.js'

/** What must be done next to a stage that has started. */
export type StageStep =
  | { readonly kind: 'tasks' }
  /** Bring approved tasks onto the integration branch; `last`: nothing will be missing after that. */
  | { readonly kind: 'combine'; readonly tasks: readonly WorkId[]; readonly last: boolean }
  /** Check, review, remediate what was combined. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'land' }
  | { readonly kind: 'hold'; readonly failure: Failure }
  | { readonly kind: 'fail'; readonly failure: Failure }

export type RulesFor = (work: Work) => Rules

/** What it depends on, as far as this run carries it out: of its own stage, and of earlier ones where an optional task may have failed. */
const dependenciesOf = (state: RunState, work: Work): readonly Work[] => (work.milestone?.depends ?? []).flatMap((d) => state.work[d] ?? [])

const isIn = (work: Work): boolean => work.phase === 'combined' || work.phase === 'merged'

/** The first task, in plan order, that may move now and is not being carried out already. */
export function readyTask(state: RunState, stage: number, rules: RulesFor, active: ReadonlySet<WorkId>): WorkId | null {
  const ready = tasksOf(state, stage).find(
    (w) =>
      !active.has(w.id) && nextStep(w, rules(w)) !== undefined && (w.phase !== 'pending' || dependenciesOf(state, w).every(isIn)),
  )
  return ready?.id ?? null
}

/** Tasks that can never start, with what they needed. */
export function cutOffTasks(state: RunState, stage: number): readonly { task: WorkId; on: WorkId }[] {
  return tasksOf(state, stage).flatMap((w) => {
    const lost = w.phase === 'pending' ? dependenciesOf(state, w).find(isOutOfTheRunning) : undefined
    return lost === undefined ? [] : [{ task: w.id, on: lost.id }]
  })
}

/** Approved tasks that a pending one waits for: they are combined before the rest, so that it starts from them. */
export function awaitedTasks(state: RunState, stage: number): readonly WorkId[] {
  const awaited = tasksOf(state, stage)
    .filter((w) => w.phase === 'pending')
    .flatMap((w) => dependenciesOf(state, w))
    .filter((w) => w.phase === 'approved' && mayMerge(w))
  return tasksOf(state, stage)
    .filter((w) => awaited.includes(w))
    .map((w) => w.id)
}

const mayMerge = (work: Work): boolean => work.milestone?.approval !== true || work.approvedByPerson

/** The decision table of a stage. */
export function nextStageStep(state: RunState, stage: number, rules: RulesFor): StageStep {
  const tasks = tasksOf(state, stage)
  const mayMove = readyTask(state, stage, rules, new Set()) !== null || awaitedTasks(state, stage).length > 0
  if (mayMove || cutOffTasks(state, stage).length > 0) return { kind: 'tasks' }
  const lost = tasks.find((w) => !w.optional && isOutOfTheRunning(w))
  if (lost !== undefined) return { kind: 'fail', failure: lost.failure ?? { reason: 'stage-failed', stage } }
  const approved = tasks.filter((w) => w.phase === 'approved')
  const mergeable = approved.filter(mayMerge)
  const waiting = approved.length - mergeable.length
  if (mergeable.length > 0) return { kind: 'combine', tasks: mergeable.map((w) => w.id), last: waiting === 0 }
  if (waiting > 0) return { kind: 'hold', failure: { reason: 'approval-missing' } }
  if (!stageOf(state, stage).complete) return { kind: 'combine', tasks: [], last: true }
  return wholeStep(state, stage, rules)
}

function wholeStep(state: RunState, stage: number, rules: RulesFor): StageStep {
  const whole = workOf(state, wholeOf(stage))
  if (isOutOfTheRunning(whole)) return { kind: 'fail', failure: whole.failure ?? { reason: 'stage-failed', stage } }
  return nextStep(whole, rules(whole)) === undefined ? { kind: 'land' } : { kind: 'whole' }
}
