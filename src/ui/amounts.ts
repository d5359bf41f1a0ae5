const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const two = (n: number): string => String(n).padStart(2, '0')

/** Milliseconds as a person says them: `5s`, `1m 05s`, `2h 03m`, `3d 04h`. */
export function duration(ms: number): string {
  const whole = Number.isFinite(ms) ? Math.max(0, ms) : 0
  if (whole < minute) return `${Math.floor(whole / second)}s`
  if (whole < hour) return `${Math.floor(whole / minute)}m ${two(Math.floor((whole % minute) / second))}s`
  if (whole < day) return `${Math.floor(whole / hour)}h ${two(Math.floor((whole % hour) / minute))}m`
  return `${Math.floor(whole / day)}d ${two(Math.floor((whole % day) / hour))}h`
}

/** A rough length of time, as files estimate it: `45m`, `1h 30m`, `2d 4h`; parts that are zero are left out. */
export function roughly(ms: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(ms / day), 'd'],
    [Math.floor((ms % day) / hour), 'h'],
    [Math.round((ms % hour) / minute), 'm'],
  ]
  return parts.flatMap(([n, unit]) => (n > 0 ? [`${n}${unit}`] : [])).join(' ') || duration(ms)
}

/** US dollars: `$0.12`; what is there but less than a cent shows as `<$0.01`. */
export const money = (usd: number): string => (usd > 0 && usd < 0.005 ? '<$0.01' : `$${usd.toFixed(2)}`)

/** Tokens, roughly: `950`, `12.4k`, `1.2M`. */
export function tokenCount(n: number): string {
  if (n < 1000) return String(n)
  return n < 999_950 ? `${(n / 1000).toFixed(1)}k` : `${(n / 1_000_000).toFixed(1)}M`
}
