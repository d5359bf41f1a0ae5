/** What `git merge-tree` made of two commits. */
export interface MergedTree {
  /** The result; where there were conflicts it holds both sides between markers. */
  readonly tree: string
  /** Conflicting paths; empty: merged cleanly. */
  readonly files: readonly string[]
  /** What git says about them. */
  readonly notes: string
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
  return { tree: tree.trim(), files: [...new Set(files)], notes: messages.map((message) => message.text).join('\n') }
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
