import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import { stageOf } from '../core/run-state.js'
import { type Engine, record, stateOf } from './engine.js'

/**
 * Shows a landed stage to others as pull requests, where that is wanted. What keeps it from them is told, and the run goes on: the
 * work has landed. Only checks of theirs that fail stop it, as they were to be waited for.
 */
export async function publishStage(engine: Engine, stage: number): Promise<Failure | null> {
  const { publisher, listener } = engine.ports
  const { phase, requests } = stageOf(stateOf(engine), stage)
  if (publisher === null || engine.halt.soft.aborted || phase !== 'done' || requests !== null) return null
  const published = await publisher.publish(stateOf(engine), stage, engine.halt.soft)
  if (published.ok) {
    await record(engine, { type: 'stage-published', stage, requests: published.value })
    return null
  }
  const { error } = published
  if (error.reason === 'pull-request-red') return error
  if (error.reason === 'interrupted') return null
  const { message, hint } = describeFailure(error)
  listener.progressed({ type: 'noticed', text: `stage ${stage} is not published: ${message}. ${hint ?? ''}` })
  return null
}
