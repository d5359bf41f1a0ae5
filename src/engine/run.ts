import type { RunEnding, WorkId } from '../core/fact.js'
import { wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Milestone } from '../core/milestone.js'
import { isSelected, orderTasks } from '../core/plan.js'
import { err, ok, type Result } from '../core/result.js'
import { type RunState, type StageState, stageOf } from '../core/run-state.js'
import { isEnded } from '../core/work.js'
import { keepBoard } from './board.js'
import { type Engine, record, stateOf } from './engine.js'
import { tidyStage } from './land.js'
import { believeGit } from './reconcile.js'
import { runStage } from './stage.js'

export interface RunOutcome {
  readonly ending: RunEnding
  readonly failure: Failure | null
}

/** Carries out what is left of a run, stage after stage, from wherever its state stands. */
export async function carryOutRun(engine: Engine): Promise<RunOutcome> {
  for (const stage of stateOf(engine).stages) if (stage.phase === 'done') await tidyStage(engine, stage.stage)
  await believeGit(engine)
  const failure = await runStages(engine)
  const outcome = engine.halt.reason ?? endingOf(engine, failure)
  await record(engine, { type: 'run-ended', ending: outcome.ending, failure: outcome.failure })
  await keepBoard(engine)
  return outcome
}

/** @returns a failure that belongs to no stage; null when the stages tell how it went */
async function runStages(engine: Engine): Promise<Failure | null> {
  while (!engine.halt.soft.aborted) {
    const milestones = await readMilestones(engine)
    if (!milestones.ok) return milestones.error
    const stage = nextStage(stateOf(engine), milestones.value)
    if (stage === null) return null
    const known = stateOf(engine).stages.find((s) => s.stage === stage)
    if (known === undefined || known.phase === 'pending') {
      const failure = await startStage(engine, stage, milestones.value)
      if (failure !== null) return failure
    }
    await runStage(engine, stage)
    await keepBoard(engine)
    if (stageOf(stateOf(engine), stage).phase !== 'done') {
      await blockLaterStages(engine, stage)
      return null
    }
  }
  return null
}

/** Files may be added, edited or removed while an earlier stage runs; what counts is what they say when their stage starts. */
async function readMilestones(engine: Engine): Promise<Result<readonly Milestone[], Failure>> {
  const read = await engine.ports.milestones.read()
  if (read.ok) return ok(read.value)
  return err({ reason: 'milestones-invalid', problems: read.error.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`) })
}

function nextStage(state: RunState, milestones: readonly Milestone[]): number | null {
  const open = state.stages.find((s: StageState) => s.phase !== 'done')
  const last = Math.max(0, ...state.stages.map((s) => s.stage))
  const added = milestones.filter((m) => m.stage > last && isSelected(m, state.selection)).map((m) => m.stage)
  return open?.stage ?? (added.length === 0 ? null : Math.min(...added))
}

async function startStage(engine: Engine, stage: number, milestones: readonly Milestone[]): Promise<Failure | null> {
  const { repository } = engine.ports
  const { baseBranch, run, selection } = stateOf(engine)
  const tip = await repository.branchTip(baseBranch)
  if (!tip.ok) return tip.error
  const merged = await repository.mergedMilestones(tip.value)
  if (!merged.ok) return merged.error
  const branch = `orch/${run}/${wholeOf(stage)}`
  const made = await repository.moveBranch(branch, null, tip.value)
  // A crash between making the branch and its fact may have left it at an older tip of the base.
  if (!made.ok && made.error.reason !== 'branch-moved') return made.error
  const chosen = milestones.filter((m) => m.stage === stage && isSelected(m, selection) && !merged.value.has(m.id))
  await record(engine, { type: 'stage-started', stage, branch, tip: tip.value, milestones: orderTasks(chosen) })
  if (chosen.length === 0) await record(engine, { type: 'stage-landed', stage, branch: baseBranch, from: tip.value, to: tip.value })
  return null
}

async function blockLaterStages(engine: Engine, after: number): Promise<void> {
  const later = stateOf(engine).stages.filter((s) => s.stage > after)
  // A stage that waits for a person only is not lost: the later ones stay pending.
  if (stageOf(stateOf(engine), after).phase !== 'failed') return
  const tasks: WorkId[] = later.flatMap((s) => s.tasks)
  for (const task of tasks) {
    const work = stateOf(engine).work[task]
    if (work !== undefined && !isEnded(work))
      await record(engine, { type: 'task-blocked', task, failure: { reason: 'stage-failed', stage: after } })
  }
}

function endingOf(engine: Engine, failure: Failure | null): RunOutcome {
  if (failure !== null) return { ending: failure.reason === 'interrupted' ? 'interrupted' : 'needs-person', failure }
  const state = stateOf(engine)
  const held = state.stages.find((s) => s.phase === 'held')
  if (held !== undefined) return { ending: 'needs-person', failure: held.failure }
  const failed = state.stages.find((s) => s.phase === 'failed')
  if (failed === undefined) return { ending: 'done', failure: null }
  const required = Object.values(state.work).filter((w) => !w.optional && w.stage === failed.stage)
  const parkedOnly = required.some((w) => w.phase === 'parked') && !required.some((w) => w.phase === 'failed' || w.phase === 'blocked')
  return { ending: parkedOnly ? 'needs-person' : 'failed', failure: failed.failure }
}
