import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
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

/** The board as it stands now, beside the run's records: also of a run that could not land anything. */
export async function keepBoard(engine: Engine): Promise<void> {
  await engine.ports.records.write(engine.config.tasksFile, engine.ports.board.render(null, stateOf(engine)))
}
