/** So many branches has each node of the tree: a change copies one node on each level. */
const width = 32

/** A leaf holds values, a branch nodes. */
type Node<T> = readonly (T | Node<T>)[]

/** What a paged record is made of: the target of its proxy. */
interface Paged<T> {
  readonly keys: readonly string[]
  /** The how-manieth value is a key's. */
  readonly places: ReadonlyMap<string, number>
  readonly root: Node<T>
  /** How many values lie below each entry of the root: a power of the width. */
  readonly span: number
}

/** Under this a record tells what it is made of; nobody else has it. */
const madeOf = Symbol('made of')

/**
 * The record with some values replaced or added, as a persistent (in the sense of data structures) record: it is read like any other, it cannot be
 * written to, and it shares with the one that it came from all but what was changed. A new value under a known key costs next to nothing, however
 * many keys there are; a new key or one less costs a pass over all of them.
 *
 * The values lie in a tree of which a change copies one path: the persistent vector of Bagwell and Hickey.
 * @param record any record; one that is not paged yet is passed over once
 */
export function withEntries<T>(
  record: Readonly<Record<string, T>>,
  entries: Iterable<readonly [string, T]>,
  gone: ReadonlySet<string> = new Set(),
): Readonly<Record<string, T>> {
  const changes = [...entries]
  const before = pagedOf(record)
  const isSameKeys = gone.size === 0 && changes.every(([key]) => before.places.has(key))
  return asRecord(isSameKeys ? changes.reduce(replaced, before) : rebuilt(before, changes, gone))
}

/** A record's values, in the order of its keys. Of a paged one far quicker than `Object.values`. */
export const valuesOf = <T>(record: Readonly<Record<string, T>>): readonly T[] => allOf(pagedOf(record))

const pagedOf = <T>(record: Readonly<Record<string, T>>): Paged<T> =>
  (record as { readonly [madeOf]?: Paged<T> })[madeOf] ?? paged(new Map(Object.entries(record)))

function paged<T>(entries: ReadonlyMap<string, T>): Paged<T> {
  const keys = [...entries.keys()]
  let root: Node<T> = [...entries.values()]
  let span = 1
  for (; root.length > width; span *= width) root = inChunks(root)
  return { keys, places: new Map(keys.map((key, place) => [key, place])), root, span }
}

const inChunks = <T>(values: Node<T>): Node<T> =>
  Array.from({ length: Math.ceil(values.length / width) }, (_, n) => values.slice(n * width, (n + 1) * width))

function valueAt<T>({ root, span }: Paged<T>, place: number): T {
  let node = root
  for (let below = span; below > 1; below /= width) node = node[Math.floor(place / below) % width] as Node<T>
  return node[place % width] as T
}

function allOf<T>({ root, span }: Paged<T>): readonly T[] {
  let nodes = root
  for (let below = span; below > 1; below /= width) nodes = (nodes as readonly Node<T>[]).flat()
  return nodes as readonly T[]
}

const replaced = <T>(before: Paged<T>, [key, value]: readonly [string, T]): Paged<T> => ({
  keys: before.keys,
  places: before.places,
  root: nodeWith(before.root, before.span, { place: before.places.get(key) ?? 0, value }),
  span: before.span,
})

/** @param span how many values lie below each entry of the node */
function nodeWith<T>(node: Node<T>, span: number, change: { readonly place: number; readonly value: T }): Node<T> {
  const at = Math.floor(change.place / span) % width
  const copy = node.slice()
  copy[at] = span === 1 ? change.value : nodeWith(node[at] as Node<T>, span / width, change)
  return copy
}

function rebuilt<T>(before: Paged<T>, changes: Iterable<readonly [string, T]>, gone: ReadonlySet<string>): Paged<T> {
  const values = allOf(before)
  const entries = new Map<string, T>()
  for (const [place, key] of before.keys.entries()) if (!gone.has(key)) entries.set(key, values[place] as T)
  for (const [key, value] of changes) entries.set(key, value)
  return paged(entries)
}

/** Whoever reads it sees a plain record. */
const asRecord = <T>(made: Paged<T>): Readonly<Record<string, T>> => new Proxy<object>(made, asPlain) as Readonly<Record<string, T>>

const asPlain: ProxyHandler<Paged<unknown>> = {
  get: (made, key) => {
    if (key === madeOf) return made
    const place = made.places.get(key as string)
    return place === undefined ? (Object.prototype as Record<string | symbol, unknown>)[key] : valueAt(made, place)
  },
  has: (made, key) => made.places.has(key as string) || key in Object.prototype,
  ownKeys: (made) => [...made.keys],
  getOwnPropertyDescriptor: (made, key) => {
    const place = made.places.get(key as string)
    return place === undefined ? undefined : { value: valueAt(made, place), enumerable: true, configurable: true, writable: false }
  },
  set: () => false,
  defineProperty: () => false,
  deleteProperty: () => false,
}
