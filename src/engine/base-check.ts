import { allPassed, type CheckResult } from '../core/check.js'
import { type CommitId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { isKnownGreen } from '../core/known-green.js'
import { err, ok, type Result } from '../core/result.js'
import { type Engine, record, stateOf, stopIfDiskFull } from './engine.js'
import { furnish } from './prepare.js'
import { type Checked, runTwiceIfRed } from './run-checks.js'

/**
 * Runs the config's checks on what a stage is to start from, before any session is paid for, unless that very commit is known. What is red
 * there is told; whether the stage begins all the same is for the config to say.
 * @returns whether the stage's scratch worktree stands there now, furnished; the bad news keeps the stage from starting
 */
export async function checkBase(engine: Engine, stage: number, tip: CommitId): Promise<Result<boolean, Failure>> {
  const commands = engine.config.checks.map((check) => check.command)
  if (commands.length === 0 || (await isDecided(engine, { stage, tip, commands }))) return ok(false)
  const path = engine.ports.worktreePath(wholeOf(stage))
  const there = await engine.ports.repository.openScratch(path, tip)
  if (!there.ok) return there
  const failure = await furnish(engine, wholeOf(stage), path)
  // Each task will meet it, and tell it as its own.
  if (failure?.reason === 'setup-failed') return ok(false)
  if (failure !== null) return err(failure)
  const checked = await checksAt(engine, { stage, tip, path })
  if (!checked.ok) return checked
  await record(engine, { type: 'base-checked', stage, commit: tip, ...checked.value })
  return mayStart(engine, { tip, path, results: checked.value.results })
}

/** Green is green; red that stopped a run is looked at again, since what made it red may lie outside of the repository. */
async function isDecided(engine: Engine, { stage, tip, commands }: { stage: number; tip: CommitId; commands: readonly string[] }) {
  const state = stateOf(engine)
  const base = state.stages.find((s) => s.stage === stage)?.base ?? null
  if (base?.commit === tip && engine.config.execution.redBase === 'go-on') return true
  return isKnownGreen(state, tip, commands) || engine.ports.earlierRuns.sawPass(tip, commands)
}

interface Base {
  readonly tip: CommitId
  readonly path: string
}

async function checksAt(engine: Engine, { stage, tip, path }: Base & { stage: number }): Promise<Result<Checked, Failure>> {
  const order = { checks: engine.config.checks, commit: tip, path, branch: null, name: `base-${tip.slice(0, 12)}` }
  const checked = await runTwiceIfRed(engine, wholeOf(stage), order)
  if (!checked.ok || allPassed(checked.value.results) || !(await stopIfDiskFull(engine))) return checked
  return err({ reason: 'disk-full', path: engine.ports.disk.path })
}

async function mayStart(engine: Engine, base: Base & { results: readonly CheckResult[] }): Promise<Result<boolean, Failure>> {
  const { tip, path, results } = base
  if (allPassed(results) || engine.config.execution.redBase === 'go-on') return ok(true)
  await engine.ports.leases.release(path)
  const closed = await engine.ports.repository.closeScratch(path)
  if (!closed.ok) return closed
  return err({ reason: 'base-red', commit: tip, commands: results.filter((r) => !r.passed).map((r) => r.command) })
}
