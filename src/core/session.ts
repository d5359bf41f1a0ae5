import type { Failure } from './failure.js'
import type { Reach } from './leak.js'

/** What an agent session is started for; told to the program as `ORCH_STEP`. */
export type SessionStep = 'implement' | 'remediate' | 'resolve' | 'review'

/** What a session used. Money in US dollars, time in milliseconds. */
export interface Usage {
  readonly costUsd: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly durationMs: number
  readonly turns: number
  readonly toolUses: number
}

export const noUsage: Usage = { costUsd: 0, inputTokens: 0, outputTokens: 0, durationMs: 0, turns: 0, toolUses: 0 }

export const addUsage = (a: Usage, b: Usage): Usage => ({
  costUsd: a.costUsd + b.costUsd,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  durationMs: a.durationMs + b.durationMs,
  turns: a.turns + b.turns,
  toolUses: a.toolUses + b.toolUses,
})

/** An account's window that is closed. */
export interface LimitNotice {
  /** Epoch milliseconds at which the window opens again; null when the program did not say. */
  readonly resetsAt: number | null
  /** The window's name as the program gave it (`five_hour`, `seven_day` …); null when it did not say. */
  readonly window: string | null
}

/** How a failed session may be repeated: in the same conversation, in a new one, or not at all. */
export type Again = 'resume' | 'fresh' | 'never'

/** How a session ended, and what it reached for; absent: nothing is known of that. */
export type SessionOutcome = SessionEnd & { readonly reach?: Reach }

/** `finished` means that the program says so: whether work was done is judged elsewhere. */
type SessionEnd =
  | { readonly kind: 'finished'; readonly usage: Usage; readonly text: string; readonly structured: unknown; readonly denials: number }
  | { readonly kind: 'limited'; readonly usage: Usage; readonly limit: LimitNotice }
  | { readonly kind: 'failed'; readonly usage: Usage; readonly failure: Failure; readonly again: Again }
  /** orch ended it itself, because the run is being stopped. */
  | { readonly kind: 'stopped'; readonly usage: Usage }
