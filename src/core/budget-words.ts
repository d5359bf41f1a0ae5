import type { BudgetUse } from './budget.js'

/** `$1.02 of $1.00`, `1h 2m of 1h`: what is used of what there is. */
export const describeUse = ({ measure, used, limit }: BudgetUse): string =>
  `${words[measure](used)} of ${words[measure](limit)}${units[measure]}`

const dollars = (usd: number): string => `$${usd < 0.1 ? Number(usd.toFixed(4)) : usd.toFixed(2)}`

function time(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const
  return parts.flatMap(([n, unit]) => (n > 0 ? [`${n}${unit}`] : [])).join(' ') || `${Math.round(ms)}ms`
}

const words = { usd: dollars, tokens: String, toolUses: String, duration: time, sessions: String } as const
const units = { usd: '', tokens: ' tokens', toolUses: ' tool uses', duration: ' of work', sessions: ' sessions' } as const
