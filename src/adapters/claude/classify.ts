import type { Again } from '../../core/session.js'
import { apiError } from './api-error.js'
import { plainWords } from './plain-words.js'
import { limitOf, type SessionEnd } from './session-end.js'
import type { SessionLog } from './session-log.js'
import type { ResultEvent } from './stream-event.js'

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
  return stoppedByRule(result, ending, circumstances) ?? apiError(log, result, { ...circumstances, detail: wordsOf(result) })
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

const wordsOf = (result: ResultEvent): string => plainWords(result.text === '' ? result.errors.join(' ') : result.text, mostWords)
