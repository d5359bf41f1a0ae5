import { allPassed, type CheckResult } from '../core/check.js'
import { checksFor } from '../core/checks-for.js'
import { boardMessage, mergeMessage } from '../core/commit-message.js'
import { type CommitId, type Merge, type WorkId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { MilestoneId } from '../core/milestone.js'
import { err, ok, type Result } from '../core/result.js'
import { stageOf, tasksOf, workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { landedState, writeBoard } from './board.js'
import { currentWork, type Engine, record, stateOf, stopIfDiskFull } from './engine.js'
import { moveIntegration } from './integration.js'
import { furnish } from './prepare.js'
import { runCommands } from './run-commands.js'

/** Merges made in memory, each on top of the one before; nothing points to them until the checks have passed. */
interface Chain {
  readonly merges: readonly Merge[]
  readonly conflicted: readonly { task: WorkId; files: readonly string[] }[]
  readonly tip: CommitId
}

/**
 * Brings approved tasks onto the integration branch. The branch moves only to a commit on which the checks passed:
 * when the combination is red, the first task that makes it so is found by bisection and sent back, and what comes
 * before it is kept.
 * @returns what kept the stage from being combined at all; null when facts tell the rest
 */
export async function combineTasks(
  engine: Engine,
  stage: number,
  order: { tasks: readonly WorkId[]; last: boolean },
): Promise<Failure | null> {
  const chain = await mergeInMemory(engine, stage, order.tasks)
  if (!chain.ok) return chain.error
  const opened = await openWhole(engine, stage, chain.value.tip)
  if (opened !== null) return opened
  const last = order.last && chain.value.conflicted.length === 0
  const boarded = last ? await boardOnTop(engine, stage, chain.value) : ok(chain.value.tip)
  if (!boarded.ok) return boarded.error
  const failure = await settle(engine, stage, { ...chain.value, tip: boarded.value }, last)
  if (failure !== null || engine.halt.soft.aborted) return failure
  for (const { task, files } of chain.value.conflicted)
    await record(engine, { type: 'merge-conflicted', task, files, onto: integrationOf(engine, stage) })
  return null
}

export function integrationOf(engine: Engine, stage: number): CommitId {
  const { integration } = stageOf(stateOf(engine), stage)
  if (integration === null) throw new Error(`Internal error: stage ${stage} has not started`)
  return integration
}

async function mergeInMemory(engine: Engine, stage: number, tasks: readonly WorkId[]): Promise<Result<Chain, Failure>> {
  const merges: Merge[] = []
  const conflicted: { task: WorkId; files: readonly string[] }[] = []
  let tip = integrationOf(engine, stage)
  for (const work of tasks.map((id) => currentWork(engine, id))) {
    if (work.head === null) throw new Error(`Internal error: ${work.id} has no commit to merge`)
    const merge = await engine.ports.repository.tryMerge(tip, work.head, mergeMessage(stateOf(engine).run, work))
    if (!merge.ok) return merge
    if (merge.value.kind === 'conflict') conflicted.push({ task: work.id, files: merge.value.files })
    else {
      tip = merge.value.commit
      merges.push({ task: work.id as MilestoneId, commit: tip })
    }
  }
  return ok({ merges, conflicted, tip })
}

/** The worktree in which combinations are checked and the whole of the stage is worked on. */
async function openWhole(engine: Engine, stage: number, commit: CommitId): Promise<Failure | null> {
  const whole = workOf(stateOf(engine), wholeOf(stage))
  const path = engine.ports.worktreePath(whole.id)
  const opened = await engine.ports.repository.openScratch(path, commit)
  if (!opened.ok) return opened.error
  if (whole.workspaceOpen) return null
  const failure = await furnish(engine, whole, path)
  if (failure !== null) return failure
  const { branch, tip } = stageOf(stateOf(engine), stage)
  if (branch === null || tip === null) throw new Error(`Internal error: stage ${stage} has not started`)
  await record(engine, { type: 'workspace-opened', task: whole.id, branch, path, base: tip })
  return null
}

/** TASKS.md belongs to what is checked: it tells the state that will be true once this very commit has landed. */
function boardOnTop(engine: Engine, stage: number, chain: Chain): Promise<Result<CommitId, Failure>> {
  const state = stateOf(engine)
  const message = boardMessage(state.run, stage, engine.config.tasksFile)
  return writeBoard(engine, chain.tip, { state: landedState(engine, stage, chain), stage, message })
}

/** Checks the whole chain; green: the integration branch moves to its tip. */
async function settle(engine: Engine, stage: number, chain: Chain, complete: boolean): Promise<Failure | null> {
  const { merges, tip } = chain
  if (merges.length === 0 && !complete) return null
  const results = await checkCombination(engine, stage, tip, merges)
  if (!results.ok) return results.error
  if (allPassed(results.value)) return advance(engine, { stage, merges, tip, results: results.value, complete })
  // Nothing new was merged, and still it is red: the stage's whole is remediated.
  if (merges.length === 0) return advance(engine, { stage, merges, tip, results: results.value, complete })
  return settleWithoutBoard(engine, stage, chain, results.value)
}

/** Where TASKS.md alone makes it red, no task is to blame: the merges are kept, and the stage's whole is remediated. */
async function settleWithoutBoard(engine: Engine, stage: number, chain: Chain, atTip: readonly CheckResult[]): Promise<Failure | null> {
  const { merges } = chain
  const tip = commitAt(merges, merges.length)
  if (tip === chain.tip) return sendBackCulprit(engine, stage, merges, atTip)
  const results = await checkCombination(engine, stage, tip, merges)
  if (!results.ok) return results.error
  if (allPassed(results.value)) return advance(engine, { stage, merges, tip, results: results.value, complete: false })
  return sendBackCulprit(engine, stage, merges, results.value)
}

interface Advance {
  readonly stage: number
  readonly merges: readonly Merge[]
  readonly tip: CommitId
  readonly results: readonly CheckResult[]
  readonly complete: boolean
}

async function advance(engine: Engine, to: Advance): Promise<Failure | null> {
  const moved = await moveIntegration(engine, to.stage, to.tip)
  if (!moved.ok) return moved.error
  await record(engine, { type: 'tasks-combined', ...to })
  return null
}

/** Finds the first merge of a red chain on which the checks fail, by halving: log2(n) runs of the checks. */
async function sendBackCulprit(
  engine: Engine,
  stage: number,
  merges: readonly Merge[],
  atTip: readonly CheckResult[],
): Promise<Failure | null> {
  let green = 0
  let red = merges.length
  let redResults = atTip
  let greenResults: readonly CheckResult[] = []
  while (red - green > 1) {
    const middle = Math.floor((green + red) / 2)
    const results = await checkCombination(engine, stage, commitAt(merges, middle), merges.slice(0, middle))
    if (!results.ok) return results.error
    if (allPassed(results.value)) [green, greenResults] = [middle, results.value]
    else [red, redResults] = [middle, results.value]
  }
  const kept = merges.slice(0, green)
  if (green > 0) {
    const failure = await advance(engine, { stage, merges: kept, tip: commitAt(merges, green), results: greenResults, complete: false })
    if (failure !== null) return failure
  }
  const culprit = merges[red - 1]
  if (culprit === undefined) throw new Error('Internal error: a red combination without a culprit')
  await record(engine, { type: 'combination-refused', task: culprit.task, onto: integrationOf(engine, stage), results: redResults })
  return null
}

function commitAt(merges: readonly Merge[], count: number): CommitId {
  const merge = merges[count - 1]
  if (merge === undefined) throw new Error('Internal error: no such merge')
  return merge.commit
}

async function checkCombination(
  engine: Engine,
  stage: number,
  commit: CommitId,
  merges: readonly Merge[],
): Promise<Result<readonly CheckResult[], Failure>> {
  const whole = workOf(stateOf(engine), wholeOf(stage))
  const path = engine.ports.worktreePath(whole.id)
  const there = await engine.ports.repository.openScratch(path, commit)
  if (!there.ok) return there
  const included = new Set<WorkId>(merges.map((m) => m.task))
  const works: Work[] = tasksOf(stateOf(engine), stage).filter((w) => included.has(w.id) || w.mergeCommit !== null)
  const checks = checksFor(works, engine.config)
  const ran = await runCommands(engine, whole, { checks, path, name: `combination-${commit.slice(0, 12)}`, untilFirstFailure: false })
  // A red that only says that the disk is full must not be anybody's fault.
  if (ran.ok && !allPassed(ran.value) && (await stopIfDiskFull(engine))) return err({ reason: 'disk-full', path: engine.ports.disk.path })
  return ran
}
