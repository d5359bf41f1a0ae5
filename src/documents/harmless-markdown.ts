/** Controls of both sets, and marks that turn the reading direction, break lines unasked or hide text. */
export const invisible = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/**
 * Text from agents, commands and people on one line of markdown, where it can be no comment, no tag, no marker of ours
 * and no link or image that loads something.
 */
export function harmlessLine(text: string, most = 400): string {
  const line = text.replace(/\s+/g, ' ').replace(invisible, '').trim()
  const cut = line.length > most ? `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : line
  // `[1]: https://…` at the beginning of a line would be what `![text][1]` elsewhere loads.
  return cut
    .replace(/<(?=[a-z/!?])/gi, '&lt;')
    .replaceAll('](', ']\\(')
    .replace(/^\[(?=.*\]:)/, '\\[')
}

/** The same as one cell of a table. A backslash before a bar would take the effect of ours away. */
export const harmlessCell = (text: string, most = 120): string => harmlessLine(text, most).replace(/\\*\|/g, '\\|')
