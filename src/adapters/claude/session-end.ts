import { unreachable } from '../../core/result.js'
import type { Again, LimitNotice, SessionOutcome, Usage, WindowUse } from '../../core/session.js'

/** How a session ended: one of these, and no other. `detail` is what the program said, in plain words. */
export type SessionEnd =
  | { readonly kind: 'finished'; readonly text: string; readonly structured: unknown; readonly denials: number }
  /** orch ended it, because the run or its task stops. */
  | { readonly kind: 'stopped' }
  /** A window of the account is used up. */
  | { readonly kind: 'limit'; readonly limit: LimitNotice }
  /** The service has too much to do, or defends itself against too many requests; it says nothing of the account. */
  | { readonly kind: 'overloaded'; readonly detail: string }
  /** A fault of the service's own. */
  | { readonly kind: 'server-error'; readonly detail: string }
  /** The service was not reached, or the connection broke. */
  | { readonly kind: 'network'; readonly detail: string }
  | { readonly kind: 'authentication'; readonly detail: string }
  /** The account cannot pay. */
  | { readonly kind: 'billing'; readonly detail: string }
  /** A limit that was given to the session itself. */
  | { readonly kind: 'budget'; readonly measure: 'usd' | 'turns'; readonly detail: string }
  | { readonly kind: 'context-too-long'; readonly detail: string }
  /** It ended by itself, and everything that it wanted to do was refused. */
  | { readonly kind: 'permission-refused'; readonly text: string; readonly tools: readonly string[]; readonly denials: number }
  | { readonly kind: 'model-unknown'; readonly detail: string }
  | { readonly kind: 'misconfigured'; readonly detail: string }
  /** The program does not know the conversation. */
  | { readonly kind: 'session-lost'; readonly session: string }
  /** The answer that a schema asks for never came. */
  | { readonly kind: 'answer-missing'; readonly detail: string }
  /** The service does not take the request as it is. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'crashed'; readonly detail: string; readonly again: Again }
  /** It went without a word. */
  | { readonly kind: 'without-result'; readonly exitCode: number | null; readonly again: Again }
  | { readonly kind: 'killed'; readonly signal: string; readonly again: Again }
  /** Silent for too long, or at it for too long; orch ended it. */
  | {
      readonly kind: 'stalled'
      readonly how: 'silent' | 'timed-out'
      readonly limitMs: number
      /** In what it fell silent; null: between tools. */
      readonly tool: string | null
      readonly again: Again
    }

/** The end by a limit of the account, as far as anything is known of it. */
export const limitOf = (limit: LimitNotice | null): SessionEnd => ({
  kind: 'limit',
  limit: { resetsAt: limit?.resetsAt ?? null, window: limit?.window ?? null },
})

/** What the end of a session means for the run: whether it counts as done, waits, or failed, and how it may be repeated. */
export function outcomeOf(end: SessionEnd, usage: Usage, windows: readonly WindowUse[]): SessionOutcome {
  const seen = windows.length === 0 ? {} : { windows }
  const failed = (failure: (SessionOutcome & { kind: 'failed' })['failure'], again: Again): SessionOutcome => ({
    kind: 'failed',
    usage,
    ...seen,
    failure,
    again,
  })
  switch (end.kind) {
    case 'finished':
      return { ...end, usage, ...seen }
    case 'stopped':
      return { kind: 'stopped', usage, ...seen }
    case 'limit':
      return { kind: 'limited', usage, ...seen, limit: end.limit }
    case 'overloaded':
    case 'server-error':
    case 'network':
      return failed({ reason: 'service-unavailable', cause: end.kind, detail: end.detail }, 'resume')
    case 'authentication':
      return failed({ reason: 'login-refused', detail: end.detail }, 'never')
    case 'billing':
      return failed({ reason: 'billing-refused', detail: end.detail }, 'never')
    case 'budget':
      return failed(
        { reason: 'budget-reached', scope: 'session', measure: end.measure, detail: end.detail },
        end.measure === 'turns' ? 'resume' : 'never',
      )
    case 'context-too-long':
      return failed({ reason: 'context-too-long', detail: end.detail }, 'fresh')
    case 'permission-refused':
      // What it did before this may be enough: the diff decides.
      return { kind: 'finished', usage, ...seen, text: end.text, structured: undefined, denials: end.denials, refused: end.tools }
    case 'model-unknown':
      return failed({ reason: 'model-unknown', detail: end.detail }, 'never')
    case 'misconfigured':
      return failed({ reason: 'agent-misconfigured', detail: end.detail }, 'never')
    case 'session-lost':
      return failed({ reason: 'session-lost', session: end.session }, 'fresh')
    case 'answer-missing':
      return failed({ reason: 'review-unreadable', detail: end.detail }, 'fresh')
    case 'refused':
      return failed({ reason: 'agent-refused', detail: end.detail }, 'fresh')
    case 'crashed':
      return failed({ reason: 'agent-crashed', detail: end.detail }, end.again)
    case 'without-result':
      return failed({ reason: 'agent-without-result', exitCode: end.exitCode }, end.again)
    case 'killed':
      return failed({ reason: 'agent-crashed', detail: `ended from outside by ${end.signal}` }, end.again)
    case 'stalled':
      return end.how === 'silent'
        ? failed({ reason: 'agent-silent', silentMs: end.limitMs, tool: end.tool }, end.again)
        : failed({ reason: 'agent-timed-out', limitMs: end.limitMs }, end.again)
    default:
      return unreachable(end)
  }
}
