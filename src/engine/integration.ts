import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Result } from '../core/result.js'
import { stageOf } from '../core/run-state.js'
import { type Engine, stateOf } from './engine.js'

/** Moves the stage's integration branch, which nobody but this run moves: where an earlier try of this very step left it does not matter. */
export async function moveIntegration(engine: Engine, stage: number, to: CommitId): Promise<Result<void, Failure>> {
  const { branch } = stageOf(stateOf(engine), stage)
  if (branch === null) throw new Error(`Internal error: stage ${stage} has not started`)
  const tip = await engine.ports.repository.branchTip(branch)
  if (!tip.ok && tip.error.reason !== 'branch-missing') return tip
  return engine.ports.repository.moveBranch(branch, tip.ok ? tip.value : null, to)
}
