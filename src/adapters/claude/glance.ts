import type { StreamEvent } from './stream-event.js'

/**
 * The beginnings of lines that say nothing and come by the thousand, in the order of keys that the program writes them in, and what to make
 * of them. Each reaches into the innermost object of its line.
 */
const beginnings: readonly { readonly begins: RegExp; readonly said: readonly StreamEvent[] }[] = [
  {
    begins: /^\{"type":"stream_event","event":\{"type":"content_block_delta","index":\d+,"delta":\{"type":"\w+",/,
    said: [{ kind: 'delta' }],
  },
  { begins: /^\{"type":"system","subtype":"thinking_tokens",/, said: [{ kind: 'other' }] },
]

/** Where one of these stands, another object or type follows: a second event, one of another order, or text of an agent that looks like it. */
const turns = /\{"|"(?:sub)?type"/

/**
 * What a line says, told by its looks. Null: it must be parsed. Text within a string cannot pass for more than text, since its quotation marks
 * are escaped; a line into which another writer got holds the beginning of an object more than it should, and is parsed.
 */
export function glance(line: string): readonly StreamEvent[] | null {
  if (!line.endsWith('}')) return null
  for (const { begins, said } of beginnings) {
    const begun = begins.exec(line)
    if (begun !== null) return turns.test(line.slice(begun[0].length)) ? null : said
  }
  return null
}
