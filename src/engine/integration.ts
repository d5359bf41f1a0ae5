import type { CheckResult } from '../core/check.js'
import type { CommitId, Merge } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { stageOf } from '../core/run-state.js'
import { type Engine, record, stateOf } from './engine.js'

/** Moves the stage's integration branch, which nobody but this run moves: where an earlier try of this very step left it does not matter. */
export async function moveIntegration(engine: Engine, stage: number, to: CommitId): Promise<Result<void, Failure>> {
  const { branch } = stageOf(stateOf(engine), stage)
  if (branch === null) throw new Error(`Internal error: stage ${stage} has not started`)
  const tip = await engine.ports.repository.branchTip(branch)
  if (!tip.ok && tip.error.reason !== 'branch-missing') return tip
  return engine.ports.repository.moveBranch(branch, tip.ok ? tip.value : null, to)
}

interface Advance {
  readonly stage: number
  readonly merges: readonly Merge[]
  readonly tip: CommitId
  readonly results: readonly CheckResult[]
  readonly complete: boolean
}

/** Moves it to a commit that was checked, and says what it holds now. */
export async function advance(engine: Engine, to: Advance): Promise<Result<null, Failure>> {
  const moved = await moveIntegration(engine, to.stage, to.tip)
  if (!moved.ok) return moved
  await record(engine, { type: 'tasks-combined', ...to })
  return ok(null)
}
