import type { ModelUsage, UsageByModel } from '../../core/session.js'
import { type Json, number, object, text } from './json-line.js'
import type { TokenCount } from './prices.js'
import type { CallUsage } from './stream-event.js'

/** What one message of the model says that its call has used. */
export const callUsage = (message: Json): CallUsage => ({
  message: text(message['id']),
  model: text(message['model']),
  tokens: tokenCount(object(message['usage'])),
})

/** Reads a `usage` as the service counts it. */
export const tokenCount = (usage: Json): TokenCount => ({
  input: number(usage['input_tokens']) ?? 0,
  cacheRead: number(usage['cache_read_input_tokens']) ?? 0,
  cacheWrite: number(usage['cache_creation_input_tokens']) ?? 0,
  output: number(usage['output_tokens']) ?? 0,
})

/** Reads the sums that a result gives for each model. */
export const usageByModel = (sums: unknown): UsageByModel =>
  Object.fromEntries(Object.entries(object(sums)).map(([model, used]) => [model, modelUsage(object(used))]))

function modelUsage(used: Json): ModelUsage {
  const count = (key: string): number => number(used[key]) ?? 0
  const cacheReadTokens = count('cacheReadInputTokens')
  const cacheWriteTokens = count('cacheCreationInputTokens')
  return {
    inputTokens: count('inputTokens') + cacheReadTokens + cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: count('outputTokens'),
    costUsd: count('costUSD'),
  }
}
