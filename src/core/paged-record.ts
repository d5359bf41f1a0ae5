/** How many values lie on a page: a change copies one page and the list of pages. */
const pageSize = 128

interface Pages<T> {
  readonly keys: readonly string[]
  /** Where a key's value lies, counted over all pages. */
  readonly places: ReadonlyMap<string, number>
  readonly pages: readonly (readonly T[])[]
}

/** What each paged record is made of. */
const madeOf = new WeakMap<object, Pages<unknown>>()

/**
 * The record with some values replaced or added, as a persistent (in the sense of data structures) record: it is read like any other, it cannot be
 * written to, and it shares with the one that it came from all but what was changed. A new value under a known key costs the same however
 * many keys there are; a new key or one less costs a pass over all of them.
 * @param record any record; one that is not paged yet is passed over once
 */
export function withEntries<T>(
  record: Readonly<Record<string, T>>,
  entries: Iterable<readonly [string, T]>,
  gone: ReadonlySet<string> = new Set(),
): Readonly<Record<string, T>> {
  const changes = new Map(entries)
  const pages = pagesOf(record)
  const isSameKeys = gone.size === 0 && [...changes.keys()].every((key) => pages.places.has(key))
  return asRecord(isSameKeys ? replaced(pages, changes) : rebuilt(pages, changes, gone))
}

/** A record's values, in the order of its keys. Of a paged one far quicker than `Object.values`. */
export const valuesOf = <T>(record: Readonly<Record<string, T>>): readonly T[] => pagesOf(record).pages.flat()

const pagesOf = <T>(record: Readonly<Record<string, T>>): Pages<T> =>
  (madeOf.get(record) as Pages<T> | undefined) ?? paged(new Map(Object.entries(record)))

function paged<T>(entries: ReadonlyMap<string, T>): Pages<T> {
  const keys = [...entries.keys()]
  const values = [...entries.values()]
  const pages = Array.from({ length: Math.ceil(values.length / pageSize) }, (_, n) => values.slice(n * pageSize, (n + 1) * pageSize))
  return { keys, places: new Map(keys.map((key, place) => [key, place])), pages }
}

function replaced<T>(before: Pages<T>, changes: ReadonlyMap<string, T>): Pages<T> {
  const pages = [...before.pages]
  const copied = new Map<number, T[]>()
  for (const [key, value] of changes) {
    const place = before.places.get(key) ?? 0
    const number = Math.floor(place / pageSize)
    const page = copied.get(number) ?? [...(before.pages[number] ?? [])]
    page[place % pageSize] = value
    copied.set(number, page)
    pages[number] = page
  }
  return { ...before, pages }
}

function rebuilt<T>(before: Pages<T>, changes: ReadonlyMap<string, T>, gone: ReadonlySet<string>): Pages<T> {
  const values = before.pages.flat()
  const entries = new Map<string, T>()
  for (const [place, key] of before.keys.entries()) if (!gone.has(key)) entries.set(key, values[place] as T)
  for (const [key, value] of changes) entries.set(key, value)
  return paged(entries)
}

/** Whoever reads it sees a plain record. */
function asRecord<T>(made: Pages<T>): Readonly<Record<string, T>> {
  const at = (key: string | symbol): { readonly value: T } | undefined => {
    const place = made.places.get(key as string)
    return place === undefined ? undefined : { value: made.pages[Math.floor(place / pageSize)]?.[place % pageSize] as T }
  }
  const record = new Proxy<Record<string, T>>(
    {},
    {
      get: (plain, key) => (at(key) ?? { value: Reflect.get(plain, key) as T }).value,
      has: (plain, key) => made.places.has(key as string) || Reflect.has(plain, key),
      ownKeys: () => made.keys,
      getOwnPropertyDescriptor: (_, key) => {
        const found = at(key)
        return found && { ...found, enumerable: true, configurable: true, writable: false }
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    },
  )
  madeOf.set(record, made)
  return record
}
