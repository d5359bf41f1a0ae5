import { allPassed } from './check.js'
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

/** Will not be there when the stage of `work` is carried out: an optional task of an earlier stage may be left behind. */
const isLostFor = (work: Work, other: Work): boolean => isOutOfTheRunning(other) || (other.stage < work.stage && other.phase !== 'merged')

const isIn = (work: Work): boolean => work.phase === 'combined' || work.phase === 'merged'

/** The first task, in plan order, that may move now and is not being carried out already. */
export function readyTask(state: RunState, stage: number, rules: RulesFor, active: ReadonlySet<WorkId>): WorkId | null {
  const ready = tasksOf(state, stage).find(
    (w) => !active.has(w.id) && nextStep(w, rules(w)) !== undefined && (w.phase !== 'pending' || dependenciesOf(state, w).every(isIn)),
  )
  return ready?.id ?? null
}

/** Tasks that can never start, with what they needed. */
export function cutOffTasks(state: RunState, stage: number): readonly { task: WorkId; on: WorkId }[] {
  return tasksOf(state, stage).flatMap((w) => {
    const lost = w.phase === 'pending' ? dependenciesOf(state, w).find((other) => isLostFor(w, other)) : undefined
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

/** Approved tasks that may be combined while others still work, in plan order. What joins a stage that is red by itself would be blamed for it. */
export const finishedTasks = (state: RunState, stage: number, rules: RulesFor): readonly WorkId[] =>
  isBeingMended(state, stage, rules) ? [] : tasksOf(state, stage).flatMap((w) => (w.phase === 'approved' && mayMerge(w) ? [w.id] : []))

const mayMerge = (work: Work): boolean => work.milestone?.approval !== true || work.approvedByPerson

const canMove = (state: RunState, stage: number, rules: RulesFor): boolean =>
  readyTask(state, stage, rules, new Set()) !== null || awaitedTasks(state, stage).length > 0 || cutOffTasks(state, stage).length > 0

/** The decision table of a stage. */
export function nextStageStep(state: RunState, stage: number, rules: RulesFor): StageStep {
  const tasks = tasksOf(state, stage)
  if (canMove(state, stage, rules)) return { kind: 'tasks' }
  const lost = tasks.find((w) => !w.optional && isOutOfTheRunning(w))
  if (lost !== undefined) return { kind: 'fail', failure: lost.failure ?? { reason: 'stage-failed', stage } }
  const approved = tasks.filter((w) => w.phase === 'approved')
  const mergeable = approved.filter(mayMerge)
  const waiting = approved.length - mergeable.length
  const pending = tasks.find((w) => w.phase === 'pending')
  const last = waiting === 0 && pending === undefined
  // What joins a stage that is red by itself would be blamed for it.
  if (mergeable.length > 0 && isBeingMended(state, stage, rules)) return { kind: 'whole' }
  if (mergeable.length > 0) return { kind: 'combine', tasks: mergeable.map((w) => w.id), last }
  if (waiting > 0) return { kind: 'hold', failure: { reason: 'approval-missing' } }
  // Nothing may be left out unsaid, whatever it waits for.
  if (pending !== undefined)
    return { kind: 'fail', failure: { reason: 'dependency-failed', on: pending.milestone?.depends.join(', ') ?? '' } }
  if (!stageOf(state, stage).complete) return { kind: 'combine', tasks: [], last: true }
  return wholeStep(state, stage, rules)
}

function isBeingMended(state: RunState, stage: number, rules: RulesFor): boolean {
  const whole = workOf(state, wholeOf(stage))
  const isGreen = whole.checkedCommit === whole.head && allPassed(whole.checks)
  return stageOf(state, stage).complete && !isGreen && !isOutOfTheRunning(whole) && nextStep(whole, rules(whole)) !== undefined
}

function wholeStep(state: RunState, stage: number, rules: RulesFor): StageStep {
  const whole = workOf(state, wholeOf(stage))
  if (isOutOfTheRunning(whole)) return { kind: 'fail', failure: whole.failure ?? { reason: 'stage-failed', stage } }
  return nextStep(whole, rules(whole)) === undefined ? { kind: 'land' } : { kind: 'whole' }
}
