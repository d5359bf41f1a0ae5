/** What the understudy pretends to have used. The numbers follow from what it did, so that two rehearsals cost the same. */
export interface Bill {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  readonly turns: number
}

export const noBill: Bill = { inputTokens: 0, outputTokens: 0, costUsd: 0, turns: 0 }

const dollarsPerMillion = { input: 3, output: 15 }

/** One more model call which wrote that many characters. */
export function charge(bill: Bill, characters: number): Bill {
  const input = 1200 + 350 * bill.turns
  const output = 60 + Math.ceil(characters / 4)
  const costUsd = (input * dollarsPerMillion.input + output * dollarsPerMillion.output) / 1e6
  return addBills(bill, { inputTokens: input, outputTokens: output, costUsd, turns: 1 })
}

export const addBills = (a: Bill, b: Bill): Bill => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  costUsd: Number((a.costUsd + b.costUsd).toFixed(6)),
  turns: a.turns + b.turns,
})
