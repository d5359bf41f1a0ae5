import { type CommitId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { stageOf, workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { countCutOff } from './cut-off.js'
import { type Engine, record, stateOf } from './engine.js'
import { furnish } from './prepare.js'
import { workspaceOf } from './workspace.js'

/**
 * The worktree in which combinations are checked and the whole of the stage is worked on, at a commit.
 * @returns what keeps it from standing there; null: it does
 */
export async function openWhole(engine: Engine, stage: number, commit: CommitId): Promise<Failure | null> {
  const whole = workOf(stateOf(engine), wholeOf(stage))
  const path = engine.ports.worktreePath(whole.id)
  const cleared = await clear(engine, whole, commit)
  if (cleared !== null) return cleared
  const opened = await engine.ports.repository.openScratch(path, commit)
  if (!opened.ok) return opened.error
  if (whole.workspaceOpen) return null
  const failure = await furnish(engine, whole.id, path)
  if (failure !== null) return failure
  await recordWhole(engine, stage)
  return null
}

/** The whole of the stage has its worktree, furnished. */
export async function recordWhole(engine: Engine, stage: number): Promise<void> {
  const { branch, tip } = stageOf(stateOf(engine), stage)
  if (branch === null || tip === null) throw new Error(`Internal error: stage ${stage} has not started`)
  const task = wholeOf(stage)
  await record(engine, { type: 'workspace-opened', task, branch, path: engine.ports.worktreePath(task), base: tip })
}

/**
 * A task that joins late finds a worktree in which the whole was worked on. What a session left there uncommitted would be
 * checked along with the combination and not be part of it: it goes, and stays reachable.
 */
async function clear(engine: Engine, whole: Work, next: CommitId): Promise<Failure | null> {
  const { head, phase } = whole
  if (head === null || !whole.workspaceOpen || phase === 'pending' || phase === 'opened') return null
  const { path } = workspaceOf(whole)
  const isThere = await engine.ports.repository.snapshot(path)
  const back = isThere.ok ? await engine.ports.repository.putBack({ path, branch: null }, { head, tree: head }) : null
  if (back?.ok === false) return back.error
  // What it worked on is another thing now.
  if (next !== head) await countCutOff(engine, whole)
  return null
}
