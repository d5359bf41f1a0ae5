const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msecs?|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|weeks?)$/, 604_800_000],
]

/**
 * Reads "30m", "1h30m", "90s", "500ms", "2 hours"; a number is milliseconds already.
 * @returns milliseconds, a whole number of 0 or more; null when it is no duration
 */
export function parseDuration(value: string | number): number | null {
  if (typeof value === 'number') return asMilliseconds(value)
  const text = value.trim().toLowerCase()
  const part = /(\d+(?:\.\d+)?)\s*([a-z]+)(?:\s*,\s*|\s+and\s+|\s*)/y
  let total = 0
  do {
    const [, amount, unit] = part.exec(text) ?? []
    const factor = units.find(([name]) => name.test(unit ?? ''))?.[1]
    if (factor === undefined) return null
    total += Number(amount) * factor
  } while (part.lastIndex < text.length)
  return asMilliseconds(total)
}

/**
 * Reads what people write under Estimated Time: as a duration, but a bare number counts minutes, and "about" or "~" may stand before.
 * @returns milliseconds, or null when it cannot be read
 */
export function parseEstimate(value: string): number | null {
  const text = value
    .trim()
    .toLowerCase()
    .replace(/^(?:~|≈|about|approx\.?|approximately|roughly|circa|ca\.?)\s*/, '')
    .replace(/[.;]$/, '')
  if (/^\d+(?:\.\d+)?$/.test(text)) return asMilliseconds(Number(text) * 60_000)
  return parseDuration(text)
}

/** The shortest exact way to write a duration: 5400000 → "1h30m". */
export function writeDuration(ms: number): string {
  const parts: string[] = []
  let rest = ms
  for (const [unit, size] of written) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount}${unit}`)
    rest -= amount * size
  }
  return parts.length === 0 ? '0s' : parts.join('')
}

const written: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

function asMilliseconds(ms: number): number | null {
  const whole = Math.round(ms)
  return whole >= 0 && Number.isSafeInteger(whole) ? whole : null
}
