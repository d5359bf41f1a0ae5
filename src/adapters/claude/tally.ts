import { addModels, addModelUsage, estimated, type ModelUsage, noModelUsage, type Usage, type UsageByModel } from '../../core/session.js'
import { estimateUsd, type TokenCount } from './prices.js'
import type { CallUsage, ResultEvent } from './stream-event.js'

/** What an invocation of the program has used: what its results have said, and what has come since then as estimated. */
export interface Tally {
  readonly billed: UsageByModel
  /** Since the last result. */
  readonly open: Readonly<Record<string, TokenCount>>
  /** The newest messages of the model, as far as each has been counted. */
  readonly calls: readonly { readonly message: string; readonly model: string; readonly tokens: TokenCount }[]
  /** What the last result said of the process as a whole. */
  readonly total: UsageByModel
  readonly totalUsd: number
  /** Calls of the model that were seen. */
  readonly requests: number
}

export const emptyTally: Tally = { billed: {}, open: {}, calls: [], total: {}, totalUsd: 0, requests: 0 }

/** Agents within the agent speak at the same time, but not many. */
const mostCalls = 8
const noTokens: TokenCount = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }

/** A call says what it has used several times, each time more exactly: only the difference counts. @returns the very same tally when there is none */
export function countCall(tally: Tally, used: CallUsage, sessionModel: string | null): Tally {
  const last = tally.calls.at(-1)
  const message = used.message ?? last?.message ?? ''
  const before = tally.calls.find((c) => c.message === message)
  const model = used.model ?? before?.model ?? sessionModel ?? unknownModel
  const tokens = highest(before?.tokens ?? noTokens, used.tokens)
  if (before !== undefined && before === last && before.model === model && isSame(before.tokens, tokens)) return tally
  const more = difference(tokens, before?.tokens ?? noTokens)
  return {
    ...tally,
    requests: tally.requests + (before === undefined ? 1 : 0),
    open: { ...tally.open, [model]: sum(tally.open[model] ?? noTokens, more) },
    calls: [...tally.calls.filter((c) => c.message !== message), { message, model, tokens }].slice(-mostCalls),
  }
}

/** Where neither the stream nor a result names one. */
const unknownModel = 'unknown'

/** The result's figures take the place of the estimate. */
export function countResult(tally: Tally, result: ResultEvent, sessionModel: string | null): Tally {
  const spent = result.spent ?? since(result.total, tally.total)
  const costUsd = result.spent === null ? Math.max(0, result.totalCostUsd - tally.totalUsd) : costOf(spent)
  const nothing = costUsd === 0 && Object.values(result.tokens).every((n: number) => n === 0)
  const byTurn: UsageByModel = nothing ? {} : { [sessionModel ?? unknownModel]: wholeOf(result.tokens, costUsd) }
  const told = Object.keys(spent).length > 0 ? spent : byTurn
  return {
    billed: addModels(tally.billed, told),
    open: {},
    calls: [],
    total: result.total,
    totalUsd: result.totalCostUsd,
    requests: tally.requests,
  }
}

/** Of a process that gave several results the older versions repeat what the earlier ones said. */
function since(total: UsageByModel, before: UsageByModel): UsageByModel {
  const minus = (now: ModelUsage, then: ModelUsage): ModelUsage => ({
    inputTokens: Math.max(0, now.inputTokens - then.inputTokens),
    cacheReadTokens: Math.max(0, now.cacheReadTokens - then.cacheReadTokens),
    cacheWriteTokens: Math.max(0, now.cacheWriteTokens - then.cacheWriteTokens),
    outputTokens: Math.max(0, now.outputTokens - then.outputTokens),
    costUsd: Math.max(0, now.costUsd - then.costUsd),
  })
  return Object.fromEntries(Object.entries(total).map(([model, used]) => [model, minus(used, before[model] ?? noModelUsage)]))
}

type Spent = Pick<Usage, 'costUsd' | 'estimatedUsd' | 'inputTokens' | 'outputTokens' | 'requests' | 'models'>

/** What it comes to now, the estimate included. */
export function spentSoFar(tally: Tally): Spent {
  const open = Object.entries(tally.open).map(([model, tokens]) => [model, wholeOf(tokens, estimateUsd(model, tokens) ?? 0)] as const)
  const models = addModels(tally.billed, Object.fromEntries(open))
  const whole = Object.values(models).reduce(addModelUsage, noModelUsage)
  const { inputTokens, outputTokens, costUsd } = whole
  return {
    costUsd,
    ...estimated(open.reduce((total, [, used]) => total + used.costUsd, 0)),
    inputTokens,
    outputTokens,
    ...(tally.requests === 0 ? {} : { requests: tally.requests }),
    ...(Object.keys(models).length === 0 ? {} : { models }),
  }
}

const costOf = (models: UsageByModel): number => Object.values(models).reduce((total, used) => total + used.costUsd, 0)

const wholeOf = (tokens: TokenCount, costUsd: number): ModelUsage => ({
  inputTokens: tokens.input + tokens.cacheRead + tokens.cacheWrite,
  cacheReadTokens: tokens.cacheRead,
  cacheWriteTokens: tokens.cacheWrite,
  outputTokens: tokens.output,
  costUsd,
})

const each = (of: (key: keyof TokenCount) => number): TokenCount => ({
  input: of('input'),
  cacheRead: of('cacheRead'),
  cacheWrite: of('cacheWrite'),
  output: of('output'),
})
const highest = (a: TokenCount, b: TokenCount): TokenCount => each((key) => Math.max(a[key], b[key]))
const difference = (a: TokenCount, b: TokenCount): TokenCount => each((key) => a[key] - b[key])
const isSame = (a: TokenCount, b: TokenCount): boolean =>
  a.input === b.input && a.cacheRead === b.cacheRead && a.cacheWrite === b.cacheWrite && a.output === b.output
const sum = (a: TokenCount, b: TokenCount): TokenCount => each((key) => a[key] + b[key])
