/** Reads a time of day like "07:30" or "23:05"; null when it is none. */
export function parseClockTime(value: string): { readonly hour: number; readonly minute: number } | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value.trim())
  return match === null ? null : { hour: Number(match[1]), minute: Number(match[2]) }
}
