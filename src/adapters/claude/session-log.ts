import { unreachable } from '../../core/result.js'
import type { Usage, WindowUse } from '../../core/session.js'
import type { ApiErrorNote, LimitInfo, ResultEvent, StreamEvent } from './stream-event.js'
import { countCall, countResult, emptyTally, spentSoFar, type Tally } from './tally.js'

/** What must be remembered of an invocation of the program to judge its end: constant size, however long it ran. */
export interface SessionLog {
  /** Of the attempt or review that it belongs to; null where only the program speaks. */
  readonly number: number | null
  /** When it was started, epoch milliseconds; null where only the program speaks. */
  readonly startedAt: number | null
  readonly sawInit: boolean
  readonly permissionMode: string | null
  /** From the first line that names it: `none` is a login, anything else a key. */
  readonly apiKeySource: string | null
  /** As the program calls it. */
  readonly model: string | null
  readonly lastResult: ResultEvent | null
  /** The program's own note in the place of its last answer, when that request has failed for good. */
  readonly lastError: ApiErrorNote | null
  /** The last refusal by the plan. A later "allowed" does not take it back. */
  readonly rejected: LimitInfo | null
  /** The plan is used up and calls cost money on top. */
  readonly paidExtra: LimitInfo | null
  /** What was last said of the account's windows. */
  readonly windows: readonly WindowUse[]
  readonly toolUses: number
  /** The tools whose calls were refused, one for each call, as far as results have told. */
  readonly denied: readonly string[]
  readonly tally: Tally
  readonly turns: number
  readonly durationMs: number
  /** How the process ended, where orch has written it down. */
  readonly ended: (StreamEvent & { readonly kind: 'ended' }) | null
}

export const emptyLog: SessionLog = {
  number: null,
  startedAt: null,
  sawInit: false,
  permissionMode: null,
  apiKeySource: null,
  model: null,
  lastResult: null,
  lastError: null,
  rejected: null,
  paidExtra: null,
  windows: [],
  toolUses: 0,
  denied: [],
  tally: emptyTally,
  turns: 0,
  durationMs: 0,
  ended: null,
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
        model: event.model ?? log.model,
      }
    case 'assistant':
      return withAnswer(log, event)
    case 'used':
      return { ...log, tally: countCall(log.tally, event.used, log.model) }
    case 'limit':
      return {
        ...log,
        rejected: event.info.rejected ? event.info : log.rejected,
        paidExtra: event.info.paidExtra ? event.info : log.paidExtra,
        windows: withWindows(log.windows, event.info.windows),
      }
    case 'result':
      return withResult(log, event)
    case 'invocation':
      return { ...emptyLog, number: event.number, startedAt: event.at }
    case 'ended':
      return { ...log, ended: event }
    case 'tools-ended':
    case 'retry':
    case 'delta':
    case 'other':
      return log
    default:
      return unreachable(event)
  }
}

/** A note stands until the model answers again: after a cut the program asks once more, and goes on. */
function withAnswer(log: SessionLog, event: StreamEvent & { kind: 'assistant' }): SessionLog {
  const lastError = event.isSubagent ? log.lastError : event.error
  const tally = event.used === null ? log.tally : countCall(log.tally, event.used, log.model)
  // Most are one of several that tell of the same call.
  if (event.tools.length === 0 && lastError === log.lastError && tally === log.tally) return log
  return { ...log, toolUses: log.toolUses + event.tools.length, lastError, tally }
}

const withWindows = (known: readonly WindowUse[], said: readonly WindowUse[]): readonly WindowUse[] =>
  said.length === 0 ? known : [...known.filter((w) => !said.some((s) => s.window === w.window)), ...said]

const withResult = (log: SessionLog, result: ResultEvent): SessionLog => ({
  ...log,
  lastResult: result,
  denied: [...log.denied, ...result.denied],
  tally: countResult(log.tally, result, log.model),
  turns: log.turns + result.turns,
  durationMs: log.durationMs + result.durationMs,
})

/** @param durationMs measured from outside; null: what the program itself said */
export const usageOf = (log: SessionLog, durationMs: number | null): Usage => ({
  ...spentSoFar(log.tally),
  durationMs: durationMs ?? log.durationMs,
  turns: log.turns,
  toolUses: log.toolUses,
})
