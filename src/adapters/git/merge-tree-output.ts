import type { Entry } from './raw-diff.js'

/** What `git merge-tree` made of two commits. */
export interface MergedTree {
  /** The result; where there were conflicts it holds both sides between markers. */
  readonly tree: string
  /** Conflicting paths; empty: merged cleanly. */
  readonly files: readonly string[]
  /** Of these, the files that differ in their content and in nothing else: not renamed, not deleted, not binary. */
  readonly conflicts: readonly ConflictedFile[]
  /** What git says about them. */
  readonly notes: string
}

/** What git found of a file: before, and on both sides. */
export interface ConflictedFile {
  readonly path: string
  /** Null: both sides added it. */
  readonly base: Entry | null
  readonly ours: Entry
  readonly theirs: Entry
}

/**
 * Reads `git merge-tree --write-tree -z --messages`: the tree, the conflicting entries, an empty field, then messages.
 * @param clean git's exit status said so
 */
export function parseMergeTree(text: string, clean: boolean): MergedTree {
  const [tree = '', ...fields] = text.split('\0')
  const end = fields.indexOf('')
  const entries = fields.slice(0, end === -1 ? fields.length : end)
  const messages = messagesOf(end === -1 ? [] : fields.slice(end + 1)).filter((message) => message.kind !== 'Auto-merging')
  const conflicting = entries.map((entry) => entry.slice(entry.indexOf('\t') + 1))
  // A few conflicts, of directory renames, leave no entry; their messages still name the paths.
  const files = clean || conflicting.length > 0 ? conflicting : messages.flatMap((message) => message.paths)
  const conflicts = contentConflicts(entries, messages)
  return { tree: tree.trim(), files: [...new Set(files)], conflicts, notes: messages.map((message) => message.text).join('\n') }
}

/** Reads `<mode> <oid> <stage>\t<path>`: stage 1 is the base, 2 ours, 3 theirs. */
function contentConflicts(entries: readonly string[], messages: readonly Message[]): readonly ConflictedFile[] {
  const sides = new Map<string, Map<string, Entry>>()
  for (const entry of entries) {
    const [, mode, oid, stage, path] = /^(\d+) ([0-9a-f]+) ([123])\t([\s\S]+)$/.exec(entry) ?? []
    if (mode === undefined || oid === undefined || stage === undefined || path === undefined) continue
    sides.set(path, (sides.get(path) ?? new Map<string, Entry>()).set(stage, { mode, oid }))
  }
  return [...sides].flatMap(([path, at]) => {
    const [ours, theirs] = [at.get('2'), at.get('3')]
    const isContent = messages.every((message) => !message.paths.includes(path) || message.kind === 'CONFLICT (contents)')
    return ours === undefined || theirs === undefined || !isContent ? [] : [{ path, base: at.get('1') ?? null, ours, theirs }]
  })
}

interface Message {
  readonly kind: string
  readonly paths: readonly string[]
  readonly text: string
}

/** Each message: how many paths, the paths, its kind, its text. */
function messagesOf(fields: readonly string[]): readonly Message[] {
  const messages: Message[] = []
  let at = 0
  while (at < fields.length) {
    const count = Number.parseInt(fields[at] ?? '', 10)
    const [kind, text] = fields.slice(at + 1 + count, at + 3 + count)
    if (Number.isNaN(count) || kind === undefined || text === undefined) break
    messages.push({ kind, paths: fields.slice(at + 1, at + 1 + count), text: text.trim() })
    at += count + 3
  }
  return messages
}
