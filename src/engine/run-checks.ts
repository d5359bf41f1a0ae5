import { allPassed, type Check, type CheckResult } from '../core/check.js'
import type { CommitId, WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { type Engine, record } from './engine.js'
import { runCommands } from './run-commands.js'

/** Checks of exactly one commit, in a worktree that stands at it. */
export interface ChecksOrder {
  readonly checks: readonly Check[]
  readonly commit: CommitId
  readonly path: string
  /** Of the worktree; null: it has none. */
  readonly branch: string | null
  /** Begins the name of each command's output file in the run's records. */
  readonly name: string
}

/** What checks said of a commit. */
export interface Checked {
  readonly results: readonly CheckResult[]
  /** Commands that failed first and passed when they were run again. */
  readonly flaky: readonly string[]
}

/** Runs checks for a piece of work; a flaky one is told. What passes is remembered for trees that are the same. */
export async function runChecks(engine: Engine, task: WorkId, order: ChecksOrder): Promise<Result<readonly CheckResult[], Failure>> {
  const checked = await runTwiceIfRed(engine, task, order)
  if (!checked.ok) return checked
  const { results, flaky } = checked.value
  for (const command of flaky) await record(engine, { type: 'check-flaky', task, command, commit: order.commit })
  if (allPassed(results) && flaky.length === 0) await engine.passedTrees.learn(order.commit, results)
  return ok(results)
}

/**
 * What fails is run once more on the same commit, with everything back that the first run changed: where it passes then, it was flaky
 * and counts as passed. What fails twice has failed.
 */
export async function runTwiceIfRed(engine: Engine, task: WorkId, order: ChecksOrder): Promise<Result<Checked, Failure>> {
  const first = await runCommands(engine, task, { ...order, untilFirstFailure: false })
  if (!first.ok) return first
  const onlyOnce = ok({ results: first.value, flaky: [] })
  if (allPassed(first.value) || (await engine.ports.disk.isFull())) return onlyOnce
  const isAsBefore = await putFilesBack(engine, order)
  if (!isAsBefore.ok) return isAsBefore
  if (!isAsBefore.value) return onlyOnce
  const failed = new Set(first.value.filter((r) => !r.passed).map((r) => r.command))
  const checks = order.checks.filter((check) => failed.has(check.command))
  const again = await runCommands(engine, task, { ...order, checks, name: `${order.name}-again`, untilFirstFailure: false })
  if (!again.ok) return again
  const passed = new Map(again.value.filter((r) => r.passed).map((r) => [r.command, r]))
  return ok({ results: first.value.map((result) => passed.get(result.command) ?? result), flaky: [...passed.keys()] })
}

/**
 * A check that mends the files it complains of would pass the second time, and the commit would still be wrong.
 * @returns false where somebody went on meanwhile: nothing is taken from them
 */
async function putFilesBack(engine: Engine, { path, branch, commit }: ChecksOrder): Promise<Result<boolean, Failure>> {
  const { repository } = engine.ports
  const tip = branch === null ? ok(commit) : await repository.branchTip(branch)
  if (!tip.ok) return tip
  if (tip.value !== commit) return ok(false)
  const back = await repository.putBack({ path, branch }, { head: commit, tree: commit })
  return back.ok ? ok(true) : back
}
