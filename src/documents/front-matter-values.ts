import { type Document, isMap, isNode, isPair, isSeq, parseDocument } from 'yaml'
import type { Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'
import type { SplitFile } from './front-matter.js'
import { type FrontMatter, frontMatterSchema } from './front-matter-schema.js'
import type { Position } from './position.js'
import { type Path, shapeProblems } from './shape-problems.js'

/** Front matter that fits, and where its keys and the elements of its lists stand. */
export interface FrontMatterValues {
  readonly values: FrontMatter
  readonly placeOf: (path: Path) => Position
}

export interface FrontMatterSource {
  readonly file: string
  readonly split: SplitFile
  readonly placeAt: (offset: number) => Position
}

/** Reads the YAML between the lines of dashes. */
export function readFrontMatter(source: FrontMatterSource): Result<FrontMatterValues, readonly Problem[]> {
  const { file, split, placeAt } = source
  const parsed = attempt(() => parseDocument(split.yaml ?? '', { prettyErrors: false, logLevel: 'silent', stringKeys: true }))
  if (!parsed.ok) return err([{ file, ...placeAt(0), message: parsed.error, hint: 'Write key: value on each line' }])
  const document = parsed.value
  const placeOf = (path: Path): Position => placeAt(split.yamlStart + offsetOf(document, path))
  // One fault makes others: the first few tell enough.
  const faults = [...document.errors, ...document.warnings].slice(0, 5).map((fault) => ({
    file,
    ...placeAt(split.yamlStart + fault.pos[0]),
    message: `the front matter is no YAML that can be read: ${fault.message}`,
    hint: 'Write key: value on each line, and quote a value that holds a colon, #, or quotes',
  }))
  if (faults.length > 0) return err(faults)
  if (document.contents !== null && !isMap(document.contents) && !isEmptyScalar(document))
    return err([{ file, ...placeOf([]), message: 'the front matter is not a list of keys', hint: 'Write key: value on each line' }])
  const plain = attempt(() => (document.toJS({ maxAliasCount: 100 }) as unknown) ?? {})
  if (!plain.ok) return err([{ file, ...placeOf([]), message: plain.error, hint: 'Write the values out' }])
  const read = frontMatterSchema.safeParse(plain.value)
  if (read.success) return ok({ values: read.data, placeOf })
  return err(shapeProblems(read.error.issues, { file, name: 'the front matter', schema: frontMatterSchema, value: plain.value, placeOf }))
}

const isEmptyScalar = (document: Document): boolean => document.toJS() === null

/** Aliases that multiply without end, and brackets nested by the thousand, make the library throw. */
function attempt<T>(read: () => T): Result<T, string> {
  try {
    return ok(read())
  } catch (error) {
    return err(`the front matter cannot be read: ${error instanceof Error ? error.message : 'unknown cause'}`)
  }
}

/** Where a key stands, or an element of a list. */
function offsetOf(document: Document, path: Path): number {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
  const last = path.at(-1)
  if (isMap(parent) && last !== undefined) {
    const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === last)
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0
  }
  const element = isSeq(parent) && last !== undefined ? parent.items[Number(last)] : parent
  if (isNode(element)) return element.range?.[0] ?? 0
  return path.length > 1 ? offsetOf(document, path.slice(0, -1)) : 0
}
