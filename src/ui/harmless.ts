const esc = String.fromCharCode(0x1b)
const bell = String.fromCharCode(0x07)

/** Operating system commands (titles, links, the clipboard), device control strings and their kin, body included. */
const strings = new RegExp(
  `(?:${esc}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^${bell}${esc}\\u009c\\n]*(?:${bell}|${esc}\\\\|\\u009c)?`,
  'g',
)
/** Cursor movement, colours, modes. */
const sequences = new RegExp(`(?:${esc}\\[|\\u009b)[0-?]*[ -/]*[@-~]?`, 'g')
/** What is left of the two-character kind. */
const shortSequences = new RegExp(`${esc}[ -/]*[0-~]?`, 'g')
/** Controls of both sets, but for line feed and tab. */
const controls = /[^\P{Cc}\n\t]/gu
/** Marks that turn the reading direction, break lines unasked or hide text. A joiner (U+200D) stays: emoji need it. */
const invisible = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/**
 * Text from agents, commands and files, made safe for a terminal: escape sequences, control characters and
 * bidirectional overrides are gone; lines and tabs stay.
 */
export function harmless(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(strings, '')
    .replace(sequences, '')
    .replace(shortSequences, '')
    .replace(controls, '')
    .replace(invisible, '')
}

/** Harmless and on one line: every run of white space becomes one blank. */
export const oneLine = (text: string): string => harmless(text).replace(/\s+/g, ' ').trim()

/** Harmless, without the white space at its ends, every line behind the given indentation. */
export const indented = (text: string, by: string): string =>
  harmless(text)
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : by + line.trimEnd()))
    .join('\n')
