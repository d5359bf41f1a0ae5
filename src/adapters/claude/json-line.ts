/** A JSON object of unknown make. */
export type Json = Readonly<Record<string, unknown>>

/** The objects in one line of output. */
export interface ReadLine {
  readonly objects: readonly Json[]
  /** What is left of a broken line without the events that stood within it; null: nothing. */
  readonly rest: string | null
}

/** The line itself or, when it is broken, the events that stand whole within it, and the line without them if that makes it whole. */
export function objectsIn(line: string): ReadLine {
  const whole = parseObject(line)
  if (whole !== null) return { objects: [whole], rest: null }
  const { found, rest } = embeddedObjects(line)
  const around = found.length === 0 ? null : parseObject(rest)
  if (around !== null) return { objects: [...found, around], rest: null }
  return { objects: found, rest: rest === '' ? null : rest }
}

/** Readers for fields of JSON that nobody vouches for: what is missing or of another type is empty or null. */
export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Null: the line is no JSON object. */
export function parseObject(line: string): Json | null {
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
 * Whole events within a broken line: two writers may have got into each other's lines. What an agent wrote cannot pass for
 * one: text that it quotes stands escaped within a string, and an object of its making stands where a value is due.
 */
function embeddedObjects(line: string): { found: Json[]; rest: string } {
  const found: Json[] = []
  if (line.length > longestSearched) return { found, rest: '' }
  let rest = ''
  let done = 0
  let at = line.indexOf('{"')
  for (let starts = 0; at !== -1 && starts < mostStarts; starts += 1) {
    const end = isValuePlace(line, at) ? -1 : endOfObject(line, at)
    const parsed = end === -1 ? null : parseObject(line.slice(at, end))
    if (parsed !== null) {
      found.push(parsed)
      rest += line.slice(done, at)
      done = end
    }
    at = line.indexOf('{"', parsed === null ? at + 1 : end)
  }
  return { found, rest: rest + line.slice(done) }
}

/** Behind a key or within a list an object belongs to the line around it. */
const isValuePlace = (line: string, at: number): boolean =>
  line.startsWith('{') && /(?:"\s*:|[[,])\s*$/.test(line.slice(Math.max(0, at - 8), at))

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
