/** A JSON object of unknown make. */
export type Json = Readonly<Record<string, unknown>>

/** The objects in one line of output: the line itself or, when it is broken, those that stand whole within it. */
export function objectsIn(line: string): readonly Json[] {
  const whole = parseObject(line)
  return whole === null ? embeddedObjects(line) : [whole]
}

/** Readers for fields of JSON that nobody vouches for: what is missing or of another type is empty or null. */
export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function parseObject(line: string): Json | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch {
    return null
  }
}

/** Beyond this a broken line is not worth the search. */
const longestSearched = 256 * 1024
const mostStarts = 64

/**
 * Whole objects within a broken line: two writers may have got into each other's lines. What an agent quotes cannot
 * pass for an event, as it stands escaped within a string.
 */
function embeddedObjects(line: string): Json[] {
  const found: Json[] = []
  if (line.length > longestSearched) return found
  let at = line.indexOf('{"')
  for (let starts = 0; at !== -1 && starts < mostStarts; starts += 1) {
    const end = endOfObject(line, at)
    const parsed = end === -1 ? null : parseObject(line.slice(at, end))
    if (parsed !== null) found.push(parsed)
    at = line.indexOf('{"', parsed === null ? at + 1 : end)
  }
  return found
}

function endOfObject(line: string, start: number): number {
  let depth = 0
  let inString = false
  for (let i = start; i < line.length; i += 1) {
    const c = line[i]
    if (inString) {
      if (c === '\\') i += 1
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '{') depth += 1
    else if (c === '}') {
      depth -= 1
      if (depth === 0) return i + 1
    }
  }
  return -1
}
