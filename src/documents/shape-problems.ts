import { z } from 'zod'
import { nearest } from '../core/nearest.js'
import type { Problem } from '../core/problem.js'
import type { Position } from './position.js'

/** Keys and list indices from the top of a document down to a value. */
export type Path = readonly (string | number)[]

/** A document that did not fit its schema. */
export interface MisfitDocument {
  readonly file: string
  /** How messages name the document: `the front matter`, `the config`. */
  readonly name: string
  readonly schema: z.ZodType
  readonly value: unknown
  /** The place of a key, or of an element of a list. */
  readonly placeOf: (path: Path) => Position
}

type Issue = z.core.$ZodIssue

/** What a schema found wrong, each at its key. The schema's own messages say what is expected: `a duration like "30m"`. */
export function shapeProblems(issues: readonly Issue[], document: MisfitDocument): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, asPath(issue.path), document))
}

const asPath = (path: readonly PropertyKey[]): Path => path.map((step) => (typeof step === 'number' ? step : String(step)))

function problemsOf(issue: Issue, path: Path, document: MisfitDocument): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, document))
  if (issue.code === 'invalid_union') {
    // The alternative that was meant: the one whose outer kind fits, so that only something inside it is wrong.
    const meant = issue.errors.find((alternative) => alternative.length > 0 && alternative.every(isInside))
    if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, [...path, ...asPath(inner.path)], document))
  }
  const value = valueAt(document.value, path)
  return [{ file: document.file, ...document.placeOf(path), message: misfit(issue, path, document), hint: whatToWrite(issue, value) }]
}

function misfit(issue: Issue, path: Path, document: MisfitDocument): string {
  const name = nameOf(path, document)
  if (issue.code === 'invalid_key')
    return `the name ${JSON.stringify(path.at(-1))} in ${nameOf(path.slice(0, -1), document)} must be ${issue.issues[0]?.message}`
  const value = valueAt(document.value, path)
  if (value === undefined) return `${name} is missing; it must be ${issue.message}`
  return `${name} must be ${issue.message}, not ${mayHoldSecrets(path) ? `a ${typeof value}` : shown(value)}`
}

/** Variables and accounts: what a person wrote there may be a key in the wrong place, and messages end up in logs. */
const mayHoldSecrets = (path: Path): boolean => path.at(-1) === 'env' || path.at(-2) === 'env' || path[1] === 'accounts'

const isInside = (issue: Issue): boolean => issue.path.length > 0 || issue.code === 'unrecognized_keys'

function unknownKey(path: Path, key: string, document: MisfitDocument): Problem {
  const json = z.toJSONSchema(document.schema, { io: 'input' }) as JsonShape
  const known = Object.keys(path.reduce<JsonShape>(inner, json).properties ?? {})
  const where = path.length === 0 ? document.name : nameOf(path, document)
  const near = nearest(key, known)
  const elsewhere = everyKey(json).find((other) => other.at(-1) === key)
  const hint =
    elsewhere !== undefined && near === null
      ? `Write it as ${elsewhere.join('.')}`
      : near === null
        ? `Known here: ${known.filter((k) => !k.startsWith('$')).join(', ')}`
        : `Did you mean ${near}?`
  return { file: document.file, ...document.placeOf([...path, key]), message: `${where} has no key ${JSON.stringify(key)}`, hint }
}

/** The part of a JSON schema that is walked here. */
interface JsonShape {
  readonly properties?: Readonly<Record<string, JsonShape>>
  readonly items?: JsonShape
  readonly anyOf?: readonly JsonShape[]
}

function inner(shape: JsonShape, step: string | number): JsonShape {
  const alternatives = [shape, ...(shape.anyOf ?? [])]
  const found = alternatives.map((one) => (typeof step === 'number' ? one.items : one.properties?.[step])).find((one) => one !== undefined)
  return found === undefined ? {} : withProperties(found)
}

const withProperties = (shape: JsonShape): JsonShape => shape.anyOf?.find((one) => one.properties !== undefined) ?? shape

const everyKey = (shape: JsonShape): string[][] =>
  Object.entries(shape.properties ?? {}).flatMap(([key, child]) => [[key], ...everyKey(child).map((below) => [key, ...below])])

function nameOf(path: Path, document: MisfitDocument): string {
  const dotted = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return dotted === '' ? document.name : dotted.slice(1)
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[step] : undefined),
    value,
  )
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function whatToWrite(issue: Issue, value: unknown): string {
  const choices = issue.code === 'invalid_value' ? issue.values.filter((choice) => typeof choice === 'string') : []
  const near = typeof value === 'string' ? nearest(value, choices) : null
  return near === null ? 'Correct it, or leave the key out' : `Did you mean ${near}?`
}
