import type { UsageByModel, WindowUse } from '../../core/session.js'
import type { TokenCount } from './prices.js'

/** What the program says of the account's windows. */
export interface LimitInfo {
  readonly rejected: boolean
  /** Epoch milliseconds; null when it was not said. */
  readonly resetsAt: number | null
  readonly window: string | null
  /** The plan is used up and every call now costs money on top. */
  readonly paidExtra: boolean
  /** How much of each window is used, as far as it was said. */
  readonly windows: readonly WindowUse[]
}

/** The final word of one turn of the program. */
export interface ResultEvent {
  readonly kind: 'result'
  readonly subtype: string
  readonly isError: boolean
  readonly text: string
  /** Undefined when there is none. */
  readonly structured: unknown
  readonly errors: readonly string[]
  readonly terminalReason: string | null
  readonly startupFailure: string | null
  readonly apiStatus: number | null
  readonly apiError: string | null
  readonly limit: LimitInfo | null
  /** The tools whose calls were refused, one for each call. */
  readonly denied: readonly string[]
  readonly turns: number
  readonly durationMs: number
  /** Since the last result of this process; null where the version does not tell. */
  readonly spent: UsageByModel | null
  /** Of the whole conversation (or process, in older versions). */
  readonly total: UsageByModel
  readonly totalCostUsd: number
  /** Of this turn. */
  readonly tokens: TokenCount
}

export interface ToolUse {
  readonly name: string
  /** The file, command or pattern it is about; empty when it names none. */
  readonly target: string
  /** By which its end is told. */
  readonly id: string
  /** The file that it writes; null: it writes none by itself. */
  readonly file: string | null
  /** The command line that it runs; null: none. */
  readonly command: string | null
}

/** What one call of the model has used so far; later events of the same message say it again, higher. */
export interface CallUsage {
  /** The message's id; null: that of the message last begun. */
  readonly message: string | null
  readonly model: string | null
  readonly tokens: TokenCount
}

/** One thing that the program said on its standard output. */
export type StreamEvent =
  | { readonly kind: 'init'; readonly permissionMode: string | null; readonly apiKeySource: string | null; readonly model: string | null }
  | {
      readonly kind: 'assistant'
      readonly tools: readonly ToolUse[]
      readonly error: ApiErrorNote | null
      readonly used: CallUsage | null
      /** By an agent that the agent started: what it says is not how the session ends. */
      readonly isSubagent: boolean
    }
  /** The usage of one answer of the model; only with partial messages. */
  | { readonly kind: 'used'; readonly used: CallUsage }
  | { readonly kind: 'tools-ended'; readonly ends: readonly { readonly id: string; readonly failed: boolean }[] }
  | { readonly kind: 'limit'; readonly info: LimitInfo }
  | { readonly kind: 'retry'; readonly attempt: number; readonly most: number; readonly error: string; readonly status: number | null }
  | ResultEvent
  /** A piece of an answer that follows as a whole. */
  | { readonly kind: 'delta' }
  /** orch's own line: an invocation begins here, in that folder. Epoch milliseconds. */
  | { readonly kind: 'invocation'; readonly number: number | null; readonly cwd: string | null; readonly at: number | null }
  /** orch's own line: the program is gone. */
  | {
      readonly kind: 'ended'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly stderrTail: string
      readonly endedFor: string | null
    }
  /** Anything else. It counts as a sign of life. */
  | { readonly kind: 'other' }

/** The program's own note in place of an answer of the model, when a request has failed for good. */
export interface ApiErrorNote {
  readonly error: string
  readonly apiError: string | null
  readonly limit: LimitInfo | null
}
