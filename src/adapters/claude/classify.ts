import type { Again } from '../../core/session.js'
import { readLimitText } from './limit-text.js'
import { plainWords } from './plain-words.js'
import type { SessionEnd } from './session-end.js'
import type { SessionLog } from './session-log.js'
import type { LimitInfo, ResultEvent } from './stream-event.js'

/** Why orch itself ended the program, as far as that decides what its end means. */
export type EndedByOrch = 'stop' | 'silent' | 'timed-out' | 'login-refused' | 'paid-extra'

/** How the process of a session ended. */
export interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stderrTail: string
  /** Null: it ended by itself, or for a reason that takes nothing from what it said. */
  readonly byOrch: EndedByOrch | null
}

/** What else the judgement needs. */
export interface Circumstances {
  readonly session: string
  /** Epoch milliseconds, for times of day without a date. */
  readonly now: number
  readonly localZone: string
  /** The limits of the session, in milliseconds. */
  readonly idleMs: number
  readonly timeoutMs: number
  /** The tool that ran when it fell silent; absent or null: none. */
  readonly hungIn?: string | null
}

const mostWords = 500

/**
 * Judges how a session ended. Structured events come first, then the result's fields, then known phrases, and those only
 * in the text of a failed result; the exit status alone decides nothing, and nothing that the agent read or wrote does.
 *
 *   result, no error ───▶ finished, unless all that it wanted was refused
 *   ended by orch ──────▶ stopped, stalled, authentication, limit
 *   no result ──────────▶ killed, crashed, misconfigured, without a word
 *   error_* ────────────▶ budget, lost session, bad start, crashed
 *   API error ──────────▶ limit ▷ billing ▷ model ▷ authentication ▷ context ▷ overloaded ▷ network ▷ refused
 */
export function classify(log: SessionLog, ending: Ending, circumstances: Circumstances): SessionEnd {
  const result = log.lastResult
  // Whatever ended the process: work that was reported as finished must not be paid for twice.
  if (result !== null && !result.isError && result.subtype === 'success') return finished(log, result)
  if (ending.byOrch !== null) return endedByOrch(log, ending.byOrch, circumstances)
  if (log.paidExtra !== null && (result === null || isAborted(result))) return limitOf(log.paidExtra)
  if (result === null) return withoutResult(log, ending)
  return stoppedByRule(result, ending, circumstances) ?? apiError(log, result, circumstances)
}

/** Nobody can be asked, so a call that would ask is refused and the session goes on. One that got nothing at all has done nothing. */
function finished(log: SessionLog, result: ResultEvent): SessionEnd {
  const { denied } = log
  if (result.structured === undefined && denied.length > 0 && denied.length >= log.toolUses)
    return { kind: 'permission-refused', text: result.text, tools: [...new Set(denied)], denials: denied.length }
  return { kind: 'finished', text: result.text, structured: result.structured, denials: denied.length }
}

function endedByOrch(log: SessionLog, by: EndedByOrch, { idleMs, timeoutMs, hungIn = null }: Circumstances): SessionEnd {
  switch (by) {
    case 'stop':
      return { kind: 'stopped' }
    case 'silent':
      return { kind: 'stalled', how: by, limitMs: idleMs, tool: hungIn, again: goOn(log) }
    case 'timed-out':
      return { kind: 'stalled', how: by, limitMs: timeoutMs, tool: null, again: goOn(log) }
    case 'login-refused':
      return { kind: 'authentication', detail: 'the service refused it several times in a row' }
    case 'paid-extra':
      return limitOf(log.paidExtra)
  }
}

const goOn = (log: SessionLog): Again => (log.sawInit ? 'resume' : 'fresh')

const limitOf = (limit: Pick<LimitInfo, 'resetsAt' | 'window'> | null): SessionEnd => ({
  kind: 'limit',
  limit: { resetsAt: limit?.resetsAt ?? null, window: limit?.window ?? null },
})

const isAborted = (result: ResultEvent): boolean => result.terminalReason?.startsWith('aborted_') === true

/** Shells report death by signal as 128 + its number. */
const signalCodes: Readonly<Record<number, string>> = { 129: 'SIGHUP', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' }
const crashSignals = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP'])

function withoutResult(log: SessionLog, ending: Ending): SessionEnd {
  const { exitCode, stderrTail } = ending
  const detail = plainWords(stderrTail, mostWords)
  const signal = ending.signal ?? (exitCode === null ? null : (signalCodes[exitCode] ?? null))
  if (signal !== null && crashSignals.has(signal)) return { kind: 'crashed', detail: detail || signal, again: goOn(log) }
  if (signal !== null) return { kind: 'killed', signal, again: goOn(log) }
  // The conversation was begun by an invocation that left no trace with us.
  if (/Session ID .* is already in use/.test(stderrTail)) return { kind: 'crashed', detail, again: 'resume' }
  // It refused to start, and says why.
  if (!log.sawInit && detail !== '' && exitCode !== 0) return { kind: 'misconfigured', detail }
  return { kind: 'without-result', exitCode, again: goOn(log) }
}

/** The program ended the session by a rule of its own; null when it was an error of the API. */
function stoppedByRule(result: ResultEvent, ending: Ending, { session }: Circumstances): SessionEnd | null {
  const detail = wordsOf(result)
  switch (result.subtype) {
    case 'error_max_turns':
      return { kind: 'budget', measure: 'turns', detail }
    case 'error_max_budget_usd':
      return { kind: 'budget', measure: 'usd', detail }
    case 'error_max_structured_output_retries':
      return { kind: 'answer-missing', detail }
    case 'error_during_execution':
      if (/^No conversation found/m.test(result.errors.join('\n')) || /^No conversation found/m.test(ending.stderrTail))
        return { kind: 'session-lost', session }
      if (result.startupFailure !== null || /requires a valid session ID/.test(detail)) return { kind: 'misconfigured', detail }
      return { kind: 'crashed', detail: result.terminalReason ?? detail, again: 'resume' }
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

function apiError(log: SessionLog, result: ResultEvent, circumstances: Circumstances): SessionEnd {
  const marks = marksOf(log, result)
  const { error, api, status, isBare } = marks
  const detail = wordsOf(result)
  const limit = refusedByPlan(log, result, { ...circumstances, marks })
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
  if (text?.needsPerson === true && resetsAt === null) return { kind: 'billing', detail: wordsOf(result) }
  return limitOf({ resetsAt, window: said?.window ?? log.rejected?.window ?? text?.window ?? null })
}

/** A login's 429 without a reset is the server defending itself; a key's is the key's own limit, which has no known end. */
function throttled(log: SessionLog, detail: string): SessionEnd {
  const isSubscription = log.rejected !== null || log.apiKeySource === 'none'
  return isSubscription ? { kind: 'overloaded', detail } : limitOf(null)
}

const wordsOf = (result: ResultEvent): string => plainWords(result.text === '' ? result.errors.join(' ') : result.text, mostWords)
