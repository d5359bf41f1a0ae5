/** One side of a change: `120000` is a symbolic link, `160000` a submodule. */
export interface Entry {
  readonly mode: string
  readonly oid: string
}

/** One path that differs between two trees. */
export interface Change {
  readonly path: string
  /** Null: it was not there before. */
  readonly before: Entry | null
  /** Null: it is gone afterwards. */
  readonly after: Entry | null
}

const entryOf = (mode: string, oid: string): Entry | null => (mode === '000000' ? null : { mode, oid })

/** Reads `git diff-tree -r -z --raw --no-renames`. */
export function parseRawDiff(text: string): readonly Change[] {
  const fields = text.split('\0')
  const changes: Change[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [before, after, beforeOid, afterOid] = (fields[at] ?? '').slice(1).split(' ')
    const path = fields[at + 1]
    if (before === undefined || after === undefined || beforeOid === undefined || afterOid === undefined || path === undefined) break
    changes.push({ path, before: entryOf(before, beforeOid), after: entryOf(after, afterOid) })
  }
  return changes
}

/** Reads `git ls-tree -r -z` into `mode oid` by path. */
export function parseTree(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const line of text.split('\0')) {
    const [, mode, oid, path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
    if (mode !== undefined && oid !== undefined && path !== undefined) entries.set(path, `${mode} ${oid}`)
  }
  return entries
}

/** Reads `git ls-files -s -z` into entries by path; null where a path is unmerged. */
export function parseIndex(text: string): ReadonlyMap<string, Entry | null> {
  const entries = new Map<string, Entry | null>()
  for (const line of text.split('\0')) {
    const [, mode, oid, stage, path] = /^(\d+) ([0-9a-f]+) (\d)\t([\s\S]+)$/.exec(line) ?? []
    if (mode === undefined || oid === undefined || path === undefined) continue
    entries.set(path, stage === '0' ? { mode, oid } : null)
  }
  return entries
}

/** Reads `git status --porcelain=v1 -z --no-renames`: two letters of state by path. */
export function parseStatus(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\0').filter((line) => line.length > 3)
  return new Map(lines.map((line) => [line.slice(3), line.slice(0, 2)]))
}

/** Reads `git status --porcelain=v2 --branch -z --no-renames`: the commit, and the paths that are not as in it. Null: there is no commit. */
export function parseStanding(text: string): { readonly head: string; readonly differing: readonly string[] } | null {
  const records = text.split('\0').filter((record) => record !== '')
  const head = records.map((record) => /^# branch\.oid ([0-9a-f]+)$/.exec(record)?.[1]).find((oid) => oid !== undefined)
  if (head === undefined) return null
  // `1 XY sub mH mI mW hH hI <path>`, `u XY sub m1 m2 m3 mW h1 h2 h3 <path>`, `? <path>`; what else there may be differs too.
  const pathOf = (record: string): string => {
    const fields = { '1': 8, u: 10, '?': 1 }[record[0] ?? ''] ?? 0
    return record.split(' ').slice(fields).join(' ')
  }
  return { head, differing: records.filter((record) => !record.startsWith('# ')).map(pathOf) }
}
