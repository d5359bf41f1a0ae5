import { allPassed, type CheckResult } from '../core/check.js'
import { checksFor } from '../core/checks-for.js'
import { type CommitId, type Merge, type WorkId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import { tasksOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { type Engine, stateOf, stopIfDiskFull } from './engine.js'
import { runChecks } from './run-checks.js'

/** Where a chain turns from green to red. */
interface Turn {
  /** So many merges are green together. */
  readonly green: number
  /** What passed on them; empty: on none of them, where the chain begins. */
  readonly atGreen: readonly CheckResult[]
  /** What failed with one more. */
  readonly atRed: readonly CheckResult[]
}

/**
 * Finds the first link of a red chain on which the checks fail, by halving: log2(n) runs of the checks. Of two merges that are red
 * only together, it is the later one.
 * @param red the chain's tip, and what failed there; where it is no merge, it is a link of its own
 */
export async function bisect(
  engine: Engine,
  stage: number,
  merges: readonly Merge[],
  red: { readonly tip: CommitId; readonly results: readonly CheckResult[] },
): Promise<Result<Turn, Failure>> {
  const last = merges.at(-1)?.commit === red.tip ? merges.length : merges.length + 1
  let low = { count: 0, results: [] as readonly CheckResult[] }
  let high = { count: last, results: red.results }
  while (high.count - low.count > 1) {
    const count = Math.floor((low.count + high.count) / 2)
    const half = merges.slice(0, count)
    const results = await checkCombination(engine, stage, { commit: half.at(-1)?.commit ?? red.tip, merges: half })
    if (!results.ok) return results
    if (allPassed(results.value)) low = { count, results: results.value }
    else high = { count, results: results.value }
  }
  return ok({ green: low.count, atGreen: low.results, atRed: high.results })
}

export interface Combination {
  readonly commit: CommitId
  /** Those of it that are not on the integration branch yet. */
  readonly merges: readonly Merge[]
  /** Run the checks even where the very same files passed before. */
  readonly anew?: boolean
}

/** Runs everything that the tasks of a combination must pass together, in the stage's scratch worktree. */
export async function checkCombination(
  engine: Engine,
  stage: number,
  { commit, merges, anew = false }: Combination,
): Promise<Result<readonly CheckResult[], Failure>> {
  const included = new Set<WorkId>(merges.map((m) => m.task))
  const works: Work[] = tasksOf(stateOf(engine), stage).filter((w) => included.has(w.id) || w.mergeCommit !== null)
  const checks = checksFor(works, engine.config)
  const commands = checks.map((check) => check.command)
  const known = anew ? null : await engine.passedTrees.recall(commit, commands)
  if (known !== null) return ok(known)
  const whole = wholeOf(stage)
  const path = engine.ports.worktreePath(whole)
  const there = await engine.ports.repository.openScratch(path, commit)
  if (!there.ok) return there
  const ran = await runChecks(engine, whole, { checks, commit, path, branch: null, name: `combination-${commit.slice(0, 12)}` })
  // A red that only says that the disk is full must not be anybody's fault.
  if (ran.ok && !allPassed(ran.value) && (await stopIfDiskFull(engine))) return err({ reason: 'disk-full', path: engine.ports.disk.path })
  return ran
}
