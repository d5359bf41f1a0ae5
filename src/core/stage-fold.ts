import { blankWork } from './blank-work.js'
import { type RecordedFact, type WorkId, wholeOf } from './fact.js'
import { withEntries } from './paged-record.js'
import type { PlannedStage } from './plan.js'
import { type RunState, type StageState, stageOf, withStage, withWork, workOf } from './run-state.js'
import type { Work } from './work.js'
import { reduceWork } from './work-state.js'

/** As the plan has it, before it starts. */
export const pendingStage = (planned: PlannedStage): StageState => ({
  stage: planned.stage,
  phase: 'pending',
  tip: null,
  branch: null,
  base: null,
  integration: null,
  complete: false,
  tasks: planned.tasks.map((t) => t.id),
  failure: null,
  landed: null,
  requests: null,
  undone: null,
  active: { ms: 0, since: null, tasks: [] },
})

/** What is done to the whole of a stage is done on its integration branch: whatever is combined later builds on it. */
export function moveOn(state: RunState, fact: RecordedFact & { type: 'attempt-finished' | 'base-joined' | 'deferred-written' }): RunState {
  const moved = withWork(state, fact.task, (work) => reduceWork(work, fact))
  const { stage } = workOf(state, fact.task)
  return fact.task === wholeOf(stage) ? withStage(moved, stage, (s) => ({ ...s, integration: fact.commit })) : moved
}

/** A stage whose first file was written after the plan was made is not known yet. */
const withKnown = (state: RunState, stage: number): RunState =>
  state.stages.some((s) => s.stage === stage)
    ? state
    : { ...state, stages: [...state.stages, pendingStage({ stage, tasks: [] })].sort((a, b) => a.stage - b.stage) }

/** Somebody looked at what the stage starts from. */
export const checkBase = (state: RunState, { stage, commit, results, flaky }: RecordedFact & { type: 'base-checked' }): RunState =>
  withStage(withKnown(state, stage), stage, (s) => ({ ...s, base: { commit, results, flaky } }))

/** The stage is under way, with the milestones as they are now. */
export function startStage(state: RunState, fact: RecordedFact & { type: 'stage-started' }): RunState {
  // A milestone file may have gone since the plan was made.
  const planned = state.stages.find((s) => s.stage === fact.stage)?.tasks ?? []
  const found = new Set<WorkId>(fact.milestones.map((m) => m.id))
  const gone = new Set(planned.filter((id) => !found.has(id)))
  const tasks = fact.milestones.map((m) => blankWork(m.id, m.stage, { title: m.title, optional: m.optional, milestone: m }))
  const whole: Work = {
    ...blankWork(wholeOf(fact.stage), fact.stage, { title: `Stage ${fact.stage}`, optional: false, milestone: null }),
    startedAt: fact.at,
    head: fact.tip,
  }
  const work = withEntries(
    state.work,
    [...tasks, whole].map((w) => [w.id, w]),
    gone,
  )
  const stage: Partial<StageState> = {
    phase: 'running',
    tip: fact.tip,
    branch: fact.branch,
    integration: fact.tip,
    tasks: fact.milestones.map((m) => m.id),
    failure: null,
  }
  return { ...withStage(withKnown(state, fact.stage), fact.stage, (s) => ({ ...s, ...stage })), work }
}

/** Tasks are on the integration branch; with the last one the whole is there to be judged. */
export function combine(state: RunState, fact: RecordedFact & { type: 'tasks-combined' }): RunState {
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
    panel: [],
    changed: true,
    // What it had stopped for was said of what the stage was before.
    stoppedIn: null,
    failure: null,
    endedAt: null,
  }))
}

/** What the review of a whole stage finds counts on the task that brought it, once however often it is found again. */
export function countFindings(state: RunState, { verdict }: RecordedFact & { type: 'review-given' }): RunState {
  let next = state
  for (const { id, task } of verdict.findings)
    if (task !== undefined && next.work[task] !== undefined)
      next = withWork(next, task, (w) => ({ ...w, stageFindings: [...new Set([...w.stageFindings, id])] }))
  return next
}

/** The person's branch has what the stage combined. */
export function land(state: RunState, fact: RecordedFact & { type: 'stage-landed' }): RunState {
  const landed = withStage(state, fact.stage, (s) => ({ ...s, phase: 'done', failure: null, landed: { from: fact.from, to: fact.to } }))
  const merged = (w: Work): Work => ({ ...w, phase: 'merged', endedAt: fact.at })
  let next = withWork(landed, wholeOf(fact.stage), merged)
  for (const id of stageOf(state, fact.stage).tasks) if (next.work[id]?.phase === 'combined') next = withWork(next, id, merged)
  return next
}

/** As if it had not been carried out, but for what was paid and how it is remembered. */
export function undo(state: RunState, fact: RecordedFact & { type: 'stage-undone' }): RunState {
  const gone = { phase: 'pending', landed: null, integration: null, complete: false, failure: null, undone: { to: fact.to } } as const
  let next = withStage(state, fact.stage, (s) => ({ ...s, ...gone }))
  for (const id of [...stageOf(state, fact.stage).tasks, wholeOf(fact.stage)])
    if (next.work[id]?.phase === 'merged')
      next = withWork(next, id, (w) => ({ ...w, phase: 'pending', stoppedIn: null, mergeCommit: null, startedAt: null, endedAt: null }))
  return next
}

/** Work that was blocked only because something else had failed gets another chance when the run goes on, unless its stage is over. */
export function unblock(state: RunState): RunState {
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
