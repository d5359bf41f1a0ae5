import type { CommitId, Merge } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { reduce } from '../core/run-fold.js'
import type { RunState } from '../core/run-state.js'
import { type Engine, stateOf } from './engine.js'

/** TASKS.md as `state` tells it, committed on top of `parent`; `parent` itself when it says so already. */
export async function writeBoard(engine: Engine, parent: CommitId, state: RunState, message: string): Promise<Result<CommitId, Failure>> {
  const { repository, board } = engine.ports
  const path = engine.config.tasksFile
  const existing = await repository.readFile(parent, path)
  if (!existing.ok) return existing
  const text = board.render(existing.value, state)
  return text === existing.value ? ok(parent) : repository.commitFile(parent, { path, text, message })
}

/** The state that will be true once a commit with these merges has landed: what the board in that very commit tells. */
export function landedState(engine: Engine, stage: number, chain: { merges: readonly Merge[]; tip: CommitId }): RunState {
  const state = stateOf(engine)
  const stamp = { seq: state.seq, at: new Date(engine.ports.clock.now()).toISOString(), run: state.run }
  const combined = { type: 'tasks-combined', stage, merges: chain.merges, tip: chain.tip, results: [], complete: true } as const
  const landed = { type: 'stage-landed', stage, branch: state.baseBranch, from: chain.tip, to: chain.tip } as const
  return reduce(reduce(state, { ...stamp, ...combined }), { ...stamp, ...landed })
}

/** The board as it stands now, beside the run's records: also of a run that could not land anything. */
export async function keepBoard(engine: Engine): Promise<void> {
  await engine.ports.records.write(engine.config.tasksFile, engine.ports.board.render(null, stateOf(engine)))
}
