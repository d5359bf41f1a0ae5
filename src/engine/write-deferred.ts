import { boardMessage } from '../core/commit-message.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { deferredBy } from '../core/verdict.js'
import type { Work } from '../core/work.js'
import { deferredFiles, landedAsItIs, writeBoard } from './board.js'
import { type Engine, record, stateOf } from './engine.js'
import { moveIntegration } from './integration.js'
import { workspaceOf } from './workspace.js'

/**
 * What the review of a whole stage left to be done later is found when TASKS.md is written already: it goes on top, and the checks run once more.
 * @returns whether anything was written
 */
export async function writeDeferred(engine: Engine, whole: Work): Promise<Result<boolean, Failure>> {
  const { head, stage } = whole
  const findings = deferredBy(whole.verdict).length
  if (head === null || findings === 0) return ok(false)
  const missing = await deferredFiles(engine, head, { state: stateOf(engine), stage })
  if (!missing.ok || missing.value.length === 0) return missing.ok ? ok(false) : missing
  const message = boardMessage(stateOf(engine).run, stage, engine.config.tasksFile)
  const written = await writeBoard(engine, head, { state: landedAsItIs(engine, stage, head), stage, message })
  if (!written.ok) return written
  const moved = await moveIntegration(engine, stage, written.value)
  if (!moved.ok) return moved
  const there = await engine.ports.repository.openScratch(workspaceOf(whole).path, written.value)
  if (!there.ok) return there
  await record(engine, { type: 'deferred-written', task: whole.id, commit: written.value, findings })
  return ok(true)
}
