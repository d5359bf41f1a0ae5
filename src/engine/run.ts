import type { CommitId, RunEnding, WorkId } from '../core/fact.js'
import { wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Milestone, MilestoneId } from '../core/milestone.js'
import { dependencyProblems, isSelected, orderTasks, unmetDependencies } from '../core/plan.js'
import { isParkedForBudget } from '../core/policy/budget.js'
import type { Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'
import { type RunState, stageOf } from '../core/run-state.js'
import { isEnded, type Work } from '../core/work.js'
import { checkBase } from './base-check.js'
import { keepBoard } from './board.js'
import { type Engine, isOfTheSurroundings, record, stateOf } from './engine.js'
import { tidyStage } from './land.js'
import { publishStage } from './publish.js'
import { believeGit } from './reconcile.js'
import { keepSparesFor, removeSpares } from './spares.js'
import { runStage } from './stage.js'
import { recordWhole } from './whole-worktree.js'

export interface RunOutcome {
  readonly ending: RunEnding
  readonly failure: Failure | null
}

/** Carries out what is left of a run, stage after stage, from wherever its state stands. */
export async function carryOutRun(engine: Engine): Promise<RunOutcome> {
  await keepSparesFor(engine, 0)
  for (const stage of stateOf(engine).stages) if (stage.phase === 'done') await tidyStage(engine, stage.stage)
  await believeGit(engine)
  const failure = await runStages(engine)
  await removeSpares(engine)
  const outcome = engine.halt.reason ?? endingOf(engine, failure)
  await record(engine, { type: 'run-ended', ending: outcome.ending, failure: outcome.failure })
  await keepBoard(engine)
  return outcome
}

/** @returns a failure that belongs to no stage; null when the stages tell how it went */
async function runStages(engine: Engine): Promise<Failure | null> {
  // One that landed before orch was cut off, or whose checks had failed there.
  for (const { stage } of stateOf(engine).stages) {
    const unpublished = await publishStage(engine, stage)
    if (unpublished !== null) return unpublished
  }
  while (!engine.halt.soft.aborted) {
    const stage = await enterNextStage(engine)
    if (!stage.ok) return stage.error
    if (stage.value === null) return null
    await runStage(engine, stage.value)
    const unpublished = await publishStage(engine, stage.value)
    if (unpublished !== null) return unpublished
    await keepBoard(engine)
    if (stageOf(stateOf(engine), stage.value).phase !== 'done') {
      await blockLaterStages(engine, stage.value)
      return null
    }
  }
  return null
}

/** The stage that is under way, or the next one, begun. Null: nothing is left. */
async function enterNextStage(engine: Engine): Promise<Result<number | null, Failure>> {
  const running = stateOf(engine).stages.find((s) => s.phase === 'running')
  if (running !== undefined) return ok(running.stage)
  const ground = await readGround(engine)
  if (!ground.ok) return ground
  const stage = nextStage(stateOf(engine), ground.value.todo)
  if (stage === null) return ok(null)
  const failure = await startStage(engine, stage, ground.value)
  return failure === null ? ok(stage) : err(failure)
}

/** What a stage starts from. */
interface Ground {
  readonly tip: CommitId
  readonly milestones: readonly Milestone[]
  readonly merged: ReadonlySet<MilestoneId>
  /** Of the milestones, those that this run is for and that are not merged. */
  readonly todo: readonly Milestone[]
}

/** Files may be added, edited or removed while an earlier stage runs; what counts is what they say when their stage starts. */
async function readGround(engine: Engine): Promise<Result<Ground, Failure>> {
  const { repository } = engine.ports
  const { baseBranch, selection } = stateOf(engine)
  const read = await engine.ports.milestones.read()
  if (!read.ok) return err(invalid(read.error))
  const tip = await repository.branchTip(baseBranch)
  if (!tip.ok) return tip
  const history = await repository.mergedMilestones(tip.value)
  if (!history.ok) return history
  const merged = new Set(history.value.keys())
  const todo = read.value.filter((m) => isSelected(m, selection) && !merged.has(m.id))
  return ok({ tip: tip.value, milestones: read.value, merged, todo })
}

const invalid = (problems: readonly Problem[]): Failure => ({
  reason: 'milestones-invalid',
  problems: problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`),
})

/** Planned, or brought by a file that was written since. */
function nextStage(state: RunState, todo: readonly Milestone[]): number | null {
  const begun = Math.max(0, ...state.stages.filter((s) => s.phase !== 'pending').map((s) => s.stage))
  const planned = state.stages.filter((s) => s.phase !== 'done').map((s) => s.stage)
  const added = todo.filter((m) => m.stage > begun).map((m) => m.stage)
  const open = [...planned, ...added]
  return open.length === 0 ? null : Math.min(...open)
}

async function startStage(engine: Engine, stage: number, ground: Ground): Promise<Failure | null> {
  const { tip } = ground
  const { baseBranch, run } = stateOf(engine)
  const chosen = ground.todo.filter((m) => m.stage === stage)
  const problems = dependencyProblemsNow(engine, chosen, ground)
  if (problems.length > 0) return { ...invalid(problems), ...(needsPassedStage(stage, chosen, ground) ? { isForAnotherRun: true } : {}) }
  const furnished = chosen.length === 0 ? ok(false) : await checkBase(engine, stage, tip)
  if (!furnished.ok) return furnished.error
  const branch = `orch/${run}/${wholeOf(stage)}`
  const made = chosen.length === 0 ? ok(undefined) : await engine.ports.repository.moveBranch(branch, null, tip)
  // A crash between making the branch and its fact may have left it at an older tip of the base.
  if (!made.ok && made.error.reason !== 'branch-moved') return made.error
  await record(engine, { type: 'stage-started', stage, branch, tip, milestones: orderTasks(chosen) })
  if (furnished.value) await recordWhole(engine, stage)
  if (chosen.length === 0) await record(engine, { type: 'stage-landed', stage, branch: baseBranch, from: tip, to: tip })
  return null
}

/** Something was added to an earlier stage after that had been carried out. */
const needsPassedStage = (stage: number, chosen: readonly Milestone[], { todo }: Ground): boolean =>
  chosen.some((m) => m.depends.some((d) => todo.some((other) => other.id === d && other.stage < stage)))

/** The plan was sound; an edit since may have made a circle, or a need for what nobody does. */
function dependencyProblemsNow(engine: Engine, chosen: readonly Milestone[], ground: Ground): readonly Problem[] {
  const nowhere = () => ({ line: 1, column: 1 })
  // What this run left behind is no problem of the file, the task is cut off from it; nor is a file that went once it was merged.
  const known = new Set<string>([...ground.merged, ...Object.keys(stateOf(engine).work)])
  const there = new Set<string>(ground.milestones.map((m) => m.id))
  const milestones = ground.milestones.map((m) => ({ ...m, depends: m.depends.filter((d) => there.has(d) || !known.has(d)) }))
  const general = dependencyProblems(milestones, nowhere)
  return general.length > 0 ? general : unmetDependencies(milestones, chosen, known, nowhere)
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
  if (failure?.reason === 'interrupted') return { ending: 'interrupted', failure }
  if (failure !== null) return { ending: isOfTheSurroundings(failure) ? 'surroundings' : 'needs-person', failure }
  const state = stateOf(engine)
  const held = state.stages.find((s) => s.phase === 'held')
  if (held !== undefined) return { ending: 'needs-person', failure: held.failure }
  const failed = state.stages.find((s) => s.phase === 'failed')
  if (failed === undefined) return { ending: 'done', failure: null }
  const required = Object.values(state.work).filter((w) => !w.optional && w.stage === failed.stage)
  const parkedOnly = required.some((w) => w.phase === 'parked') && !required.some(isToBlame)
  // What only lacks money goes on once there is more of it.
  const forBudget = required.find(isParkedForBudget)
  if (parkedOnly && required.every((w) => w.phase !== 'parked' || isParkedForBudget(w)))
    return { ending: 'paused', failure: forBudget?.failure ?? failed.failure }
  return { ending: parkedOnly ? 'needs-person' : 'failed', failure: failed.failure }
}

/** What is blocked by another task only shares its fate. */
const isToBlame = (work: Work): boolean =>
  work.phase === 'failed' || (work.phase === 'blocked' && work.failure?.reason !== 'dependency-failed')
