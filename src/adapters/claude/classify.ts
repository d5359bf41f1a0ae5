import type { Failure } from '../../core/failure.js'
import type { Again, LimitNotice, SessionOutcome, Usage } from '../../core/session.js'
import { readLimitText } from './limit-text.js'
import { plainWords } from './plain-words.js'
import type { SessionLog } from './session-log.js'
import type { ResultEvent } from './stream-event.js'

/** How the process of a session ended. */
export interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stderrTail: string
}

/** What else the judgement needs. */
export interface Circumstances {
  readonly session: string
  readonly usage: Usage
  /** Epoch milliseconds, for times of day without a date. */
  readonly now: number
  readonly localZone: string
}

const mostWords = 500

/**
 * Judges how a session ended from what the program said and how it exited.
 *
 *   no result ──────────▶ crashed, misconfigured or without result
 *   result, no error ───▶ finished
 *   error_* ────────────▶ budget, lost session, bad start, or crashed
 *   API error ──────────▶ limit ▷ login ▷ billing ▷ model ▷ context ▷ service ▷ refused
 */
export function classify(log: SessionLog, ending: Ending, circumstances: Circumstances): SessionOutcome {
  const { usage } = circumstances
  const result = log.lastResult
  if (result === null) return log.paidExtra === null ? withoutResult(log, ending, circumstances) : limited(usage, log.paidExtra)
  if (!result.isError && result.subtype === 'success')
    return { kind: 'finished', usage, text: result.text, structured: result.structured, denials: log.denials }
  if (log.paidExtra !== null) return limited(usage, log.paidExtra)
  return stoppedByRule(result, ending, circumstances) ?? apiError(log, result, circumstances)
}

const failed = (usage: Usage, failure: Failure, again: Again): SessionOutcome => ({ kind: 'failed', usage, failure, again })

const limited = (usage: Usage, limit: LimitNotice): SessionOutcome => ({
  kind: 'limited',
  usage,
  limit: { resetsAt: limit.resetsAt, window: limit.window },
})

/** Shells report death by signal as 128 + its number: SIGHUP, SIGKILL, SIGSEGV, SIGTERM. */
const signalCodes = new Set([129, 137, 139, 143])
/** 1: refused its arguments; 2: a usage error; 126, 127: a wrapper could not run it. */
const startCodes = new Set([1, 2, 126, 127])

function withoutResult(log: SessionLog, ending: Ending, { usage }: Circumstances): SessionOutcome {
  const { exitCode, signal } = ending
  const detail = plainWords(ending.stderrTail, mostWords)
  const again = log.sawInit ? 'resume' : 'fresh'
  if (signal !== null || (exitCode !== null && signalCodes.has(exitCode)))
    return failed(usage, { reason: 'agent-crashed', detail: detail || (signal ?? `exit status ${exitCode}`) }, again)
  // The conversation was begun by an invocation that left no trace with us.
  if (/Session ID .* is already in use/.test(ending.stderrTail)) return failed(usage, { reason: 'agent-crashed', detail }, 'resume')
  if (!log.sawInit && exitCode !== null && startCodes.has(exitCode))
    return failed(usage, { reason: 'agent-misconfigured', detail: detail || `exit status ${exitCode}` }, 'never')
  return failed(usage, { reason: 'agent-without-result', exitCode }, again)
}

/** The program ended the session by a rule of its own; null when it was an error of the API. */
function stoppedByRule(result: ResultEvent, ending: Ending, { usage, session }: Circumstances): SessionOutcome | null {
  const detail = wordsOf(result)
  switch (result.subtype) {
    case 'error_max_turns':
    case 'error_max_structured_output_retries':
      return failed(usage, { reason: 'budget-reached', detail }, 'resume')
    case 'error_max_budget_usd':
      return failed(usage, { reason: 'budget-reached', detail }, 'never')
    case 'error_during_execution':
      if (/^No conversation found/m.test(result.errors.join('\n')) || /^No conversation found/m.test(ending.stderrTail))
        return failed(usage, { reason: 'session-lost', session }, 'fresh')
      if (result.startupFailure !== null || /requires a valid session ID/.test(detail))
        return failed(usage, { reason: 'agent-misconfigured', detail }, 'never')
      return failed(usage, { reason: 'agent-crashed', detail: result.terminalReason ?? detail }, 'resume')
    default:
      return null
  }
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
const passingErrors = new Set(['connection_failed', 'no_response', 'stream_idle_timeout', 'empty_completion'])

function apiError(log: SessionLog, result: ResultEvent, circumstances: Circumstances): SessionOutcome {
  const { usage } = circumstances
  const limit = refusedByPlan(log, result, circumstances)
  if (limit !== null) return limit
  const status = result.apiStatus
  const error = log.lastError?.error ?? null
  const apiErrorName = result.apiError ?? log.lastError?.apiError ?? ''
  const detail = wordsOf(result)
  if (error === 'billing_error' || status === 402 || /^Credit balance is too low/.test(result.text))
    return failed(usage, { reason: 'billing-refused', detail }, 'never')
  if (error === 'model_not_found') return failed(usage, { reason: 'model-unknown', detail }, 'never')
  if ((error !== null && loginErrors.has(error)) || status === 401 || status === 403)
    return failed(usage, { reason: 'login-refused', detail }, 'never')
  if (
    contextReasons.has(result.terminalReason ?? '') ||
    contextErrors.has(apiErrorName) ||
    status === 413 ||
    /^Prompt is too long/.test(result.text)
  )
    return failed(usage, { reason: 'context-too-long', detail }, 'fresh')
  if (status === 429) return throttled(log, usage, detail)
  if (
    error === 'server_error' ||
    error === 'overloaded' ||
    status === 408 ||
    status === 409 ||
    (status ?? 0) >= 500 ||
    passingErrors.has(apiErrorName)
  )
    return failed(usage, { reason: 'service-unavailable', detail }, 'resume')
  return failed(usage, { reason: 'agent-refused', detail }, 'fresh')
}

/** Structured words first; the prose, which was reworded five times, only where there is nothing else. */
function refusedByPlan(log: SessionLog, result: ResultEvent, { usage, now, localZone }: Circumstances): SessionOutcome | null {
  const said = result.limit ?? log.lastError?.limit ?? null
  const text = readLimitText(result.text, now, localZone)
  const isNamed = result.apiError === 'usage_limit_reached' || log.lastError?.apiError === 'usage_limit_reached'
  const isRejected = result.apiStatus === 429 && log.rejected?.resetsAt != null
  if (!isNamed && !isRejected && text === null) return null
  const resetsAt = said?.resetsAt ?? log.rejected?.resetsAt ?? text?.resetsAt ?? null
  if (text?.needsPerson === true && resetsAt === null) return failed(usage, { reason: 'billing-refused', detail: wordsOf(result) }, 'never')
  return limited(usage, { resetsAt, window: said?.window ?? log.rejected?.window ?? text?.window ?? null })
}

/** A login's 429 without a reset is the server defending itself; a key's is the key's own limit, which has no known end. */
function throttled(log: SessionLog, usage: Usage, detail: string): SessionOutcome {
  const isSubscription = log.rejected !== null || log.apiKeySource === 'none'
  return isSubscription
    ? failed(usage, { reason: 'service-unavailable', detail }, 'resume')
    : limited(usage, { resetsAt: null, window: null })
}

const wordsOf = (result: ResultEvent): string => plainWords(result.text === '' ? result.errors.join(' ') : result.text, mostWords)
