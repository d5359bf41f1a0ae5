import type { Work } from '../core/work.js'
import { type Engine, stateOf } from './engine.js'
import type { SessionRequest } from './ports/agent.js'
import { modelFor } from './session.js'
import { workspaceOf } from './workspace.js'

/** What differs from one session of a piece of work to the next. */
export type SessionStart = Pick<SessionRequest, 'step' | 'number' | 'session' | 'resumes' | 'account' | 'prompt' | 'env'>

/** A session as the agent is asked for it. A milestone's own effort and time are those of the session that writes; reviews go by the config. */
export function sessionRequest(engine: Engine, work: Work, start: SessionStart): SessionRequest {
  const { agent, execution, health } = engine.config
  const isReview = start.step === 'review'
  const own = isReview ? null : work.milestone
  return {
    ...start,
    run: stateOf(engine).run,
    task: work.id,
    cwd: workspaceOf(work).path,
    answerSchema: isReview ? engine.ports.reviews.schema : null,
    model: modelFor(engine, work, start.step),
    effort: own?.effort ?? agent.effort,
    budgetUsd: agent.budgetUsd,
    timeoutMs: own?.timeoutMs ?? execution.taskTimeoutMs,
    idleMs: health.stuckAfterMs,
    toolIdleMs: health.toolTimeoutMs,
  }
}
