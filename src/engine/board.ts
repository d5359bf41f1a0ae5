import { deferredFile, deferredIn } from '../core/deferred.js'
import type { CommitId, Merge } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { reduce } from '../core/run-fold.js'
import type { RunState } from '../core/run-state.js'
import { type Engine, stateOf } from './engine.js'
import type { TextFile } from './ports/repository.js'

/** TASKS.md as `state` tells it, and what the stage deferred, committed on top of `parent`; `parent` itself when both say so already. */
export async function writeBoard(engine: Engine, parent: CommitId, told: Told): Promise<Result<CommitId, Failure>> {
  const { repository, board } = engine.ports
  const { state, message } = told
  const tasks = await rewritten(engine, parent, { path: engine.config.tasksFile, rewrite: (before) => board.render(before, state) })
  if (!tasks.ok) return tasks
  const next = await deferredFiles(engine, parent, told)
  if (!next.ok) return next
  const files = [...tasks.value, ...next.value]
  return files.length === 0 ? ok(parent) : repository.commitFiles(parent, { files, message })
}

/** The milestone file with what the stage deferred, as it should be; none where nothing was, or where it stands there already. */
export async function deferredFiles(
  engine: Engine,
  parent: CommitId,
  { state, stage }: Pick<Told, 'state' | 'stage'>,
): Promise<Result<readonly TextFile[], Failure>> {
  const deferred = deferredIn(state, stage)
  if (deferred.length === 0) return ok([])
  const path = deferredFile(engine.config.milestones.dir, stage)
  return rewritten(engine, parent, { path, rewrite: (before) => engine.ports.board.renderDeferred(before, stage, deferred) })
}

/** What is told of a stage, and by which commit. */
interface Told {
  readonly state: RunState
  readonly stage: number
  readonly message: string
}

interface Rewriting {
  readonly path: string
  readonly rewrite: (before: string | null) => string | null
}

/** The file as it should be; none when it is so already. */
async function rewritten(engine: Engine, parent: CommitId, { path, rewrite }: Rewriting): Promise<Result<readonly TextFile[], Failure>> {
  const existing = await engine.ports.repository.readFile(parent, path)
  if (!existing.ok) return existing
  const text = rewrite(existing.value)
  return ok(text === null || text === existing.value ? [] : [{ path, text }])
}

/** The state that will be true once a commit with these merges has landed: what the board in that very commit tells. */
export function landedState(engine: Engine, stage: number, chain: { merges: readonly Merge[]; tip: CommitId }): RunState {
  const state = stateOf(engine)
  const stamp = { seq: state.seq, at: new Date(engine.ports.clock.now()).toISOString(), run: state.run }
  const combined = { type: 'tasks-combined', stage, merges: chain.merges, tip: chain.tip, results: [], complete: true } as const
  const landed = { type: 'stage-landed', stage, branch: state.baseBranch, from: chain.tip, to: chain.tip } as const
  return reduce(reduce(state, { ...stamp, ...combined }), { ...stamp, ...landed })
}

/** The same of a stage whose merges are all combined. */
export function landedAsItIs(engine: Engine, stage: number, tip: CommitId): RunState {
  const state = stateOf(engine)
  const stamp = { seq: state.seq, at: new Date(engine.ports.clock.now()).toISOString(), run: state.run }
  return reduce(state, { ...stamp, type: 'stage-landed', stage, branch: state.baseBranch, from: tip, to: tip })
}

/** The board as it stands now, beside the run's records: also of a run that could not land anything. */
export async function keepBoard(engine: Engine): Promise<void> {
  await engine.ports.records.write(engine.config.tasksFile, engine.ports.board.render(null, stateOf(engine)))
}
