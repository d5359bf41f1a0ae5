const minute = 60_000

/**
 * When the next session may start, so that within any minute no more than so many do. A burst at the beginning is allowed.
 * @param starts epoch ms of those before it, the oldest first
 * @param perMinute null: no matter how many
 * @returns epoch ms; `now` or earlier: at once
 */
export function nextStart(starts: readonly number[], perMinute: number | null, now: number): number {
  if (perMinute === null) return now
  const first = starts.at(-perMinute)
  return first === undefined ? now : first + minute
}
