import type { Failure } from '../../../src/core/failure.js'
import type { Again } from '../../../src/core/session.js'
import type { SessionRequest } from '../../../src/engine/ports/agent.js'
import type { Dice } from './dice.js'
import { environment } from './ground-rules.js'
import type { Temper } from './scenario.js'

interface FailedSession {
  readonly failure: Failure
  readonly again: Again
}

/** What a program prints when it fails may hold whatever it was given. */
const detail = `refused: ${environment.ANTHROPIC_API_KEY}`

const refusals: readonly FailedSession[] = [
  { failure: { reason: 'agent-refused', detail }, again: 'fresh' },
  { failure: { reason: 'context-too-long', detail }, again: 'fresh' },
  { failure: { reason: 'budget-reached', scope: 'session', measure: 'turns', detail }, again: 'resume' },
  { failure: { reason: 'budget-reached', scope: 'session', measure: 'usd', detail }, again: 'never' },
  { failure: { reason: 'model-unknown', detail }, again: 'never' },
]

const refusedAccounts: readonly FailedSession[] = [
  { failure: { reason: 'login-refused', detail }, again: 'never' },
  { failure: { reason: 'billing-refused', detail }, again: 'never' },
  { failure: { reason: 'disk-full', path: 'transcript' }, again: 'never' },
]

/** How a session of that kind fails, as the driver of the real program would tell it; null: it does not. */
export function failureOf(kind: keyof Temper, request: SessionRequest, dice: Dice): FailedSession | null {
  switch (kind) {
    case 'crashes':
      return { failure: { reason: 'agent-crashed', detail }, again: dice.pick(['resume', 'fresh'] as const) }
    case 'loses':
      return { failure: { reason: 'session-lost', session: request.session }, again: 'fresh' }
    case 'silent':
      return { failure: { reason: 'agent-silent', silentMs: request.idleMs }, again: 'resume' }
    case 'slow':
      return { failure: { reason: 'agent-timed-out', limitMs: request.timeoutMs }, again: 'resume' }
    case 'refuses':
      return dice.pick(refusals)
    case 'unavailable':
      return { failure: { reason: 'service-unavailable', detail }, again: 'resume' }
    case 'login':
      return dice.pick(refusedAccounts)
    default:
      return null
  }
}
