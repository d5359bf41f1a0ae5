import { unreachable } from '../../core/result.js'
import type { Usage } from '../../core/session.js'
import type { ApiErrorNote, LimitInfo, ResultEvent, StreamEvent } from './stream-event.js'

/** What must be remembered of an invocation of the program to judge its end: constant size, however long it ran. */
export interface SessionLog {
  /** Of the attempt or review that it belongs to; null where only the program speaks. */
  readonly number: number | null
  readonly sawInit: boolean
  readonly permissionMode: string | null
  /** From the first line that names it: `none` is a login, anything else a key. */
  readonly apiKeySource: string | null
  readonly lastResult: ResultEvent | null
  /** The program's own note of the last request that failed for good. */
  readonly lastError: ApiErrorNote | null
  /** The last refusal by the plan. A later "allowed" does not take it back. */
  readonly rejected: LimitInfo | null
  /** The plan is used up and calls cost money on top. */
  readonly paidExtra: LimitInfo | null
  readonly toolUses: number
  readonly denials: number
  readonly costUsd: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly turns: number
  readonly durationMs: number
  /** Tokens since the last result: all that is known of a program that was killed. */
  readonly unbilled: { readonly inputTokens: number; readonly outputTokens: number }
}

const nothingUnbilled = { inputTokens: 0, outputTokens: 0 }

export const emptyLog: SessionLog = {
  number: null,
  sawInit: false,
  permissionMode: null,
  apiKeySource: null,
  lastResult: null,
  lastError: null,
  rejected: null,
  paidExtra: null,
  toolUses: 0,
  denials: 0,
  costUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  turns: 0,
  durationMs: 0,
  unbilled: nothingUnbilled,
}

/** Adds one event. */
export function follow(log: SessionLog, event: StreamEvent): SessionLog {
  switch (event.kind) {
    case 'init':
      return {
        ...log,
        sawInit: true,
        permissionMode: event.permissionMode ?? log.permissionMode,
        apiKeySource: event.apiKeySource ?? log.apiKeySource,
      }
    case 'assistant':
      return { ...log, toolUses: log.toolUses + event.tools.length, lastError: event.error ?? log.lastError }
    case 'used':
      return {
        ...log,
        unbilled: {
          inputTokens: log.unbilled.inputTokens + event.inputTokens,
          outputTokens: log.unbilled.outputTokens + event.outputTokens,
        },
      }
    case 'limit':
      return {
        ...log,
        rejected: event.info.rejected ? event.info : log.rejected,
        paidExtra: event.info.paidExtra ? event.info : log.paidExtra,
      }
    case 'result':
      return withResult(log, event)
    case 'invocation':
      return { ...emptyLog, number: event.number }
    case 'tools-ended':
    case 'invocation-ended':
    case 'retry':
    case 'delta':
    case 'other':
      return log
    default:
      return unreachable(event)
  }
}

/**
 * Newer versions say what was spent since the last result. Older ones only give a total, which each later result of the
 * same process repeats and raises.
 */
function withResult(log: SessionLog, result: ResultEvent): SessionLog {
  const { spent } = result
  const before = log.lastResult?.totalCostUsd ?? 0
  return {
    ...log,
    lastResult: result,
    denials: log.denials + result.denials,
    costUsd: log.costUsd + (spent?.costUsd ?? Math.max(0, result.totalCostUsd - before)),
    inputTokens: log.inputTokens + (spent?.inputTokens ?? result.inputTokens),
    outputTokens: log.outputTokens + (spent?.outputTokens ?? result.outputTokens),
    turns: log.turns + result.turns,
    durationMs: log.durationMs + result.durationMs,
    unbilled: nothingUnbilled,
  }
}

/** @param durationMs measured from outside; null: what the program itself said */
export const usageOf = (log: SessionLog, durationMs: number | null): Usage => ({
  costUsd: log.costUsd,
  inputTokens: log.inputTokens + log.unbilled.inputTokens,
  outputTokens: log.outputTokens + log.unbilled.outputTokens,
  durationMs: durationMs ?? log.durationMs,
  turns: log.turns,
  toolUses: log.toolUses,
})
