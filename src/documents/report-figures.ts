/** How many there are of each kind. */
export function share<T>(items: readonly T[], kindOf: (item: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[kindOf(item)] = (counts[kindOf(item)] ?? 0) + 1
  return counts
}

/** An instant for whoever reads it, wherever: `2026-11-21 14:00 UTC`. @param iso ISO 8601 */
export const dateTime = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/** US dollars, marked where a part is estimated. */
export const dollars = ({ costUsd, estimatedUsd }: { readonly costUsd: number; readonly estimatedUsd: number }): string =>
  `${estimatedUsd > 0 ? 'about ' : ''}$${costUsd.toFixed(2)}`

/** Milliseconds as `1h 5s`: parts that are zero are left out. */
export function timeTaken(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const named = parts.flatMap((part, i) => (part > 0 ? [`${part}${'hms'[i]}`] : []))
  return named.length === 0 ? '0s' : named.join(' ')
}
