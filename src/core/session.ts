import type { Failure } from './failure.js'
import type { Reach } from './leak.js'

/** What an agent session is started for; told to the program as `ORCH_STEP`. */
export type SessionStep = 'implement' | 'remediate' | 'resolve' | 'review'

/** What one model used. Money in US dollars. */
export interface ModelUsage {
  /** Everything that the model was given, from the cache or not. */
  readonly inputTokens: number
  /** Of these: read from the cache, and written into it. */
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly outputTokens: number
  readonly costUsd: number
}

/** What a session used. Money in US dollars, time in milliseconds. */
export interface Usage {
  readonly costUsd: number
  /** The part of `costUsd` that is an estimate by list prices, because the program ended without saying what it cost. Absent: none. */
  readonly estimatedUsd?: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly durationMs: number
  readonly turns: number
  readonly toolUses: number
  /** Calls of the model, where they were seen one by one. */
  readonly requests?: number
  /** The same by model; it adds up to the whole. Absent where nothing was told by model. */
  readonly models?: Readonly<Record<string, ModelUsage>>
}

export const noUsage: Usage = { costUsd: 0, inputTokens: 0, outputTokens: 0, durationMs: 0, turns: 0, toolUses: 0 }
export const noModelUsage: ModelUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, costUsd: 0 }

export const addUsage = (a: Usage, b: Usage): Usage => ({
  costUsd: a.costUsd + b.costUsd,
  ...estimated((a.estimatedUsd ?? 0) + (b.estimatedUsd ?? 0)),
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  durationMs: a.durationMs + b.durationMs,
  turns: a.turns + b.turns,
  toolUses: a.toolUses + b.toolUses,
  ...(a.requests === undefined && b.requests === undefined ? {} : { requests: (a.requests ?? a.turns) + (b.requests ?? b.turns) }),
  ...(a.models === undefined && b.models === undefined ? {} : { models: addModels(a.models ?? {}, b.models ?? {}) }),
})

/** An estimate that is nothing is left out. */
export const estimated = (estimatedUsd: number): { readonly estimatedUsd?: number } => (estimatedUsd > 0 ? { estimatedUsd } : {})

export type UsageByModel = Readonly<Record<string, ModelUsage>>

export function addModels(a: UsageByModel, b: UsageByModel): UsageByModel {
  const sum: Record<string, ModelUsage> = { ...a }
  for (const [model, used] of Object.entries(b)) sum[model] = addModelUsage(sum[model] ?? noModelUsage, used)
  return sum
}

export const addModelUsage = (a: ModelUsage, b: ModelUsage): ModelUsage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  costUsd: a.costUsd + b.costUsd,
})

/** How much of one of the account's windows was used when the program last said it. */
export interface WindowUse {
  /** `five_hour`, `seven_day` … as the program calls it. */
  readonly window: string
  /** From 0 to 1. */
  readonly utilization: number
  /** Epoch milliseconds; null when it was not said. */
  readonly resetsAt: number | null
}

/** An account's window that is closed. */
export interface LimitNotice {
  /** Epoch milliseconds at which the window opens again; null when the program did not say. */
  readonly resetsAt: number | null
  /** The window's name as the program gave it (`five_hour`, `seven_day` …); null when it did not say. */
  readonly window: string | null
}

/** How a failed session may be repeated: in the same conversation, in a new one, or not at all. */
export type Again = 'resume' | 'fresh' | 'never'

/** How a session ended. `finished` means that the program says so: whether work was done is judged elsewhere. */
export type SessionOutcome =
  | (Ended & {
      readonly kind: 'finished'
      readonly text: string
      readonly structured: unknown
      readonly denials: number
      /** The tools that it asked for in vain, where all that it asked for was refused. */
      readonly refused?: readonly string[]
    })
  | (Ended & { readonly kind: 'limited'; readonly limit: LimitNotice })
  | (Ended & { readonly kind: 'failed'; readonly failure: Failure; readonly again: Again })
  /** orch ended it itself, because the run is being stopped; or a budget is used up, another model is to go on, or the machine needs its memory. */
  | (Ended & { readonly kind: 'stopped'; readonly because?: 'budget' | 'model' | 'memory' })

interface Ended {
  readonly usage: Usage
  /** What it reached for outside of its worktree; absent: nothing is known of that. */
  readonly reach?: Reach
  /** What was last said of the account's windows; absent: nothing. */
  readonly windows?: readonly WindowUse[]
}
