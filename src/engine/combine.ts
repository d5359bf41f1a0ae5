import { allPassed, type CheckResult } from '../core/check.js'
import { boardMessage, mergeMessage } from '../core/commit-message.js'
import { type CommitId, type Merge, type WorkId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { MilestoneId } from '../core/milestone.js'
import { ok, type Result } from '../core/result.js'
import { stageOf, tasksOf, workOf } from '../core/run-state.js'
import { bisect, checkCombination } from './bisect.js'
import { landedState, writeBoard } from './board.js'
import { currentWork, type Engine, record, stateOf } from './engine.js'
import { advance } from './integration.js'
import { openWhole } from './whole-worktree.js'

/** Merges made in memory, each on top of the one before; nothing points to them until the checks have passed. */
interface Chain {
  readonly merges: readonly Merge[]
  readonly conflicted: readonly { task: WorkId; files: readonly string[] }[]
  readonly tip: CommitId
}

/**
 * Brings approved tasks onto the integration branch, which moves only to commits on which the checks passed. When the combination is
 * red, every task that makes it so is found by bisection and sent back, to be mended on top of all the others.
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
  const left = await settle(engine, stage, chain.value, order.last)
  if (!left.ok) return left.error
  const onto = integrationOf(engine, stage)
  for (const { task, results } of left.value.culprits) await record(engine, { type: 'combination-refused', task, onto, results })
  if (engine.halt.soft.aborted) return null
  for (const { task, files } of left.value.conflicted) await record(engine, { type: 'merge-conflicted', task, files, onto })
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
      const { structural } = merge.value
      tip = merge.value.commit
      merges.push({ task: work.id as MilestoneId, commit: tip, ...(structural === undefined ? {} : { structural }) })
    }
  }
  return ok({ merges, conflicted, tip })
}

/** A task whose merge makes a combination red, and what failed there. */
interface Culprit {
  readonly task: WorkId
  readonly results: readonly CheckResult[]
}

/** What could not be combined this time. */
interface Left {
  readonly culprits: readonly Culprit[]
  readonly conflicted: Chain['conflicted']
}

/**
 * Moves the integration branch as far as it goes: to the whole chain when that is green; else to what is green before the first task
 * that makes it red, and from there with all the others but that one, until nothing is left.
 */
async function settle(engine: Engine, stage: number, first: Chain, last: boolean): Promise<Result<Left, Failure>> {
  const culprits: Culprit[] = []
  for (let chain = first; ; ) {
    const { conflicted } = chain
    const red = await tryWhole(engine, stage, chain, last && culprits.length === 0 && conflicted.length === 0)
    if (!red.ok) return red
    const culprit = red.value === null ? ok(null) : await keepGreen(engine, stage, chain.merges, red.value)
    if (!culprit.ok) return culprit
    if (culprit.value === null) return ok({ culprits, conflicted })
    culprits.push(culprit.value)
    const rest = engine.halt.soft.aborted ? [] : othersThan(engine, stage, chain, culprit.value)
    const next = await mergeInMemory(engine, stage, rest)
    if (!next.ok) return next
    chain = next.value
  }
}

/** What is left to be merged without the culprit, in plan order: what conflicted may have conflicted with that one. */
function othersThan(engine: Engine, stage: number, { merges, conflicted }: Chain, culprit: Culprit): readonly WorkId[] {
  const after = merges.slice(merges.findIndex((m) => m.task === culprit.task) + 1)
  const others = new Set<WorkId>([...after, ...conflicted].map((m) => m.task))
  return tasksOf(stateOf(engine), stage).flatMap((w) => (others.has(w.id) ? [w.id] : []))
}

/** A combination on which checks failed. */
interface Red {
  readonly tip: CommitId
  readonly results: readonly CheckResult[]
}

/** Checks the whole chain, TASKS.md on top where nothing is missing. Green: the integration branch moves there. @returns it when some link makes it red */
async function tryWhole(engine: Engine, stage: number, chain: Chain, complete: boolean): Promise<Result<Red | null, Failure>> {
  const { merges } = chain
  if (merges.length === 0 && !complete) return ok(null)
  for (;;) {
    const told = flakyIn(engine, stage)
    const tip = complete ? await boardOnTop(engine, stage, chain) : ok(chain.tip)
    if (!tip.ok) return tip
    const results = await checkCombination(engine, stage, { commit: tip.value, merges, anew: complete })
    if (!results.ok) return results
    const isRed = !allPassed(results.value)
    if (isRed && merges.length > 0) return ok({ tip: tip.value, results: results.value })
    // Nothing new was merged, and still it is red: the stage's whole is remediated. What was flaky just now is to stand in TASKS.md too.
    if (isRed || !complete || flakyIn(engine, stage) === told)
      return advance(engine, { stage, merges, tip: tip.value, results: results.value, complete })
  }
}

const flakyIn = (engine: Engine, stage: number): number => new Set(workOf(stateOf(engine), wholeOf(stage)).flaky.map((f) => f.command)).size

/** The integration branch moves to what is green of a red chain. @returns the task that comes next; null: TASKS.md alone makes it red, and no task is to blame */
async function keepGreen(engine: Engine, stage: number, merges: readonly Merge[], red: Red): Promise<Result<Culprit | null, Failure>> {
  const found = await bisect(engine, stage, merges, red)
  if (!found.ok) return found
  const { green, atGreen, atRed } = found.value
  const tip = merges[green - 1]?.commit
  const kept = { stage, merges: merges.slice(0, green), results: atGreen, complete: false }
  const moved = tip === undefined ? ok(null) : await advance(engine, { ...kept, tip })
  if (!moved.ok) return moved
  const next = merges[green]
  return ok(next === undefined ? null : { task: next.task, results: atRed })
}

/** TASKS.md belongs to what is checked: it tells the state that will be true once this very commit has landed. */
function boardOnTop(engine: Engine, stage: number, chain: Chain): Promise<Result<CommitId, Failure>> {
  const state = stateOf(engine)
  const message = boardMessage(state.run, stage, engine.config.tasksFile)
  return writeBoard(engine, chain.tip, { state: landedState(engine, stage, chain), stage, message })
}
