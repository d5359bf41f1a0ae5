const units: readonly (readonly [RegExp, number])[] = [
  [/^b?$/, 1],
  [/^kb$/, 1000],
  [/^(?:k|kib)$/, 1024],
  [/^mb$/, 1000 ** 2],
  [/^(?:m|mib)$/, 1024 ** 2],
  [/^gb$/, 1000 ** 3],
  [/^(?:g|gib)$/, 1024 ** 3],
  [/^tb$/, 1000 ** 4],
  [/^(?:t|tib)$/, 1024 ** 4],
]

/** Reads "700MiB", "1.5 GiB", "2GB"; a number is bytes already. @returns bytes, a whole number above 0; null when it is no size */
export function parseSize(value: string | number): number | null {
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(String(value).toLowerCase()) ?? []
  const factor = units.find(([name]) => name.test(unit))?.[1]
  if (amount === '' || factor === undefined) return null
  const bytes = Math.round(Number(amount) * factor)
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null
}

/** The way to write a size in the largest unit that divides it: 734003200 → "700MiB". */
export function writeSize(bytes: number): string {
  const [name, factor] = written.find(([, size]) => bytes % size === 0) ?? ['B', 1]
  return `${bytes / factor}${name}`
}

const written: readonly (readonly [string, number])[] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
]
