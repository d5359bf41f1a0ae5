import { readLimitText } from './limit-text.js'
import { limitOf, type SessionEnd } from './session-end.js'
import type { SessionLog } from './session-log.js'
import type { ResultEvent } from './stream-event.js'

/** What else the judgement needs. */
interface Circumstances {
  /** What the result says, in plain words. */
  readonly detail: string
  /** Epoch milliseconds, for times of day without a date. */
  readonly now: number
  readonly localZone: string
}

const loginErrors = new Set([
  'authentication_failed',
  'oauth_org_not_allowed',
  'account_on_hold',
  'verification_required',
  'cloud_credential_error',
])
const contextReasons = new Set(['prompt_too_long', 'image_error', 'blocking_limit', 'rapid_refill_breaker'])
const contextErrors = new Set(['autocompact_thrashing', 'message_over_context_limit'])
const networkErrors = new Set(['connection_failed', 'no_response', 'stream_idle_timeout', 'empty_completion'])

/** The marks of a failed request, as the program's own note and the result's fields give them. */
interface Marks {
  /** The note's kind; empty: none. */
  readonly error: string
  readonly api: string
  readonly status: number | null
  /** Neither a note nor a status: only the text is left to go by, as with old versions. */
  readonly isBare: boolean
}

function marksOf(log: SessionLog, result: ResultEvent): Marks {
  const error = log.lastError?.error ?? ''
  const api = result.apiError ?? log.lastError?.apiError ?? ''
  return { error, api, status: result.apiStatus, isBare: error === '' && api === '' && result.apiStatus === null }
}

/** Judges a session that ended with a failed request of the service. */
export function apiError(log: SessionLog, result: ResultEvent, by: Circumstances): SessionEnd {
  const marks = marksOf(log, result)
  const { error, api, status, isBare } = marks
  const { detail } = by
  const limit = refusedByPlan(log, result, { ...by, marks })
  if (limit !== null) return limit
  if (error === 'billing_error' || status === 402) return { kind: 'billing', detail }
  if (error === 'model_not_found') return { kind: 'model-unknown', detail }
  if (loginErrors.has(error) || status === 401 || status === 403) return { kind: 'authentication', detail }
  if (contextReasons.has(result.terminalReason ?? '') || contextErrors.has(api) || status === 413)
    return { kind: 'context-too-long', detail }
  if (status === 429) return throttled(log, detail)
  if (networkErrors.has(api)) return { kind: 'network', detail }
  if (error === 'overloaded' || status === 529) return { kind: 'overloaded', detail }
  if ((status ?? 0) >= 500) return { kind: 'server-error', detail }
  // A server error without a status never reached a server.
  if (error === 'server_error' || status === 408 || status === 409) return { kind: 'network', detail }
  return (isBare || status === 400 ? readPhrase(result.text, detail) : null) ?? { kind: 'refused', detail }
}

/** What versions say in words that do not mark it otherwise. */
function readPhrase(text: string, detail: string): SessionEnd | null {
  if (/^Credit balance is too low/.test(text)) return { kind: 'billing', detail }
  if (/^Prompt is too long/.test(text)) return { kind: 'context-too-long', detail }
  if (/^(?:Invalid API key|Not logged in|Failed to authenticate)/.test(text)) return { kind: 'authentication', detail }
  if (/^(?:API Error: )?(?:Repeated 529|Overloaded)/.test(text)) return { kind: 'overloaded', detail }
  if (/^API Error: (?:Connection|Request timed out)/.test(text)) return { kind: 'network', detail }
  return null
}

/** Structured words first; the prose, which was reworded five times, only where a limit is said or nothing else is. */
function refusedByPlan(log: SessionLog, result: ResultEvent, by: Circumstances & { readonly marks: Marks }): SessionEnd | null {
  const { api, status, error, isBare } = by.marks
  const said = result.limit ?? log.lastError?.limit ?? null
  const isNamed = api === 'usage_limit_reached'
  const isRejected = status === 429 && log.rejected?.resetsAt != null
  const mayBeProse = isNamed || isRejected || isBare || status === 429 || error === 'rate_limit'
  const text = mayBeProse ? readLimitText(result.text, by.now, by.localZone) : null
  if (!isNamed && !isRejected && text === null) return null
  const resetsAt = said?.resetsAt ?? log.rejected?.resetsAt ?? text?.resetsAt ?? null
  if (text?.needsPerson === true && resetsAt === null) return { kind: 'billing', detail: by.detail }
  return limitOf({ resetsAt, window: said?.window ?? log.rejected?.window ?? text?.window ?? null })
}

/** A login's 429 without a reset is the server defending itself; a key's is the key's own limit, which has no known end. */
function throttled(log: SessionLog, detail: string): SessionEnd {
  const isSubscription = log.rejected !== null || log.apiKeySource === 'none'
  return isSubscription ? { kind: 'overloaded', detail } : limitOf(null)
}
