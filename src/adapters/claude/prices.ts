/** US dollars for a million tokens. */
interface Price {
  readonly input: number
  readonly output: number
  /** Into the cache for five minutes; longer ones cost more, which the stream does not tell. */
  readonly cacheWrite: number
  readonly cacheRead: number
}

/** Tokens as the stream counts them: `input` is what came neither from the cache nor went into it. */
export interface TokenCount {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

const price = (input: number, output: number, cacheRead = input / 10): Price => ({ input, output, cacheWrite: input * 1.25, cacheRead })

/**
 * List prices, for what a session has cost before the program says it, or where it never does. Source: the price catalogue
 * within Claude Code 2.1.329 (`pricing_tiers`), read 2026-11-21; each model's `costUSD` in the recorded runs agrees with it.
 */
const prices: Readonly<Record<string, Price>> = {
  'claude-3-5-haiku': price(0.8, 4),
  'claude-haiku-4-5': price(1, 5),
  'claude-haiku-5-5': price(0.1, 0.5),
  'claude-3-5-sonnet': price(3, 15),
  'claude-3-7-sonnet': price(3, 15),
  'claude-sonnet-4': price(3, 15),
  'claude-sonnet-4-0': price(3, 15),
  'claude-sonnet-4-5': price(3, 15),
  'claude-sonnet-4-6': price(3, 15),
  'claude-sonnet-5': price(2, 10),
  'claude-sonnet-5-5': price(2, 10, 0.1),
  'claude-opus-4': price(15, 75),
  'claude-opus-4-0': price(15, 75),
  'claude-opus-4-1': price(15, 75),
  'claude-opus-4-5': price(5, 25),
  'claude-opus-4-6': price(5, 25),
  'claude-opus-4-7': price(5, 25),
  'claude-opus-4-8': price(5, 25),
  'claude-opus-5': price(5, 25),
  'claude-opus-5-5': price(4, 20, 0.2),
  'claude-fable-5': price(10, 50),
  'claude-fable-5-1': price(10, 50, 0.25),
  'claude-fable-5-2': price(8, 40, 0.2),
  'claude-mythos-5': price(10, 50),
  'claude-mythos-5-1': price(10, 50, 0.25),
  'claude-mythos-5-2': price(8, 40, 0.2),
}

/** What a model of a family costs that the list does not know: as much as the newest one that it knows. */
const families: Readonly<Record<string, Price>> = {
  haiku: price(1, 5),
  sonnet: price(2, 10, 0.1),
  opus: price(4, 20, 0.2),
  fable: price(8, 40, 0.2),
  mythos: price(8, 40, 0.2),
}

/** In US dollars; null: nothing is known of such a model. */
export function estimateUsd(model: string, tokens: TokenCount): number | null {
  const found = priceOf(model)
  if (found === null) return null
  const { input, output, cacheRead, cacheWrite } = found
  return (tokens.input * input + tokens.output * output + tokens.cacheRead * cacheRead + tokens.cacheWrite * cacheWrite) / 1e6
}

/** `claude-opus-4-8[1m]`, `us.anthropic.claude-sonnet-4-5-20250929-v1:0` and `opus` are names of models too. */
function priceOf(model: string): Price | null {
  const id = model
    .toLowerCase()
    .replace(/\[[12]m\]$/, '')
    .replace(/^.*(?=claude-)/, '')
    .replace(/[-@]\d{8}.*$/, '')
  const family = /haiku|sonnet|opus|fable|mythos/.exec(id)?.[0]
  return prices[id] ?? (family === undefined ? null : (families[family] ?? null))
}
