import type { SessionOutcome } from '../core/session.js'
import type { Engine } from './engine.js'
import type { Admission } from './gate.js'
import { hitLimit } from './limit.js'
import type { SessionRequest } from './ports.js'

/** Runs one session of the agent that the gate has admitted. A limit that it meets is recorded before what came of the session. */
export async function runSession(engine: Engine, request: SessionRequest, admission: Admission): Promise<SessionOutcome> {
  const outcome = await engine.ports.agent.run(
    request,
    ({ answered, ...progress }) => {
      if (answered) admission.answered()
      engine.ports.listener.progressed({ type: 'session-progressed', task: request.task, ...progress })
    },
    AbortSignal.any([engine.halt.hard, admission.evicted]),
  )
  if (outcome.kind === 'limited') await hitLimit(engine, request.account, outcome.limit)
  admission.ended(outcome)
  return outcome
}
