import { displayWidth } from './display-width.js'

const colour = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*m`, 'g')

/** How many columns a line takes, colours not counted. */
export const visibleWidth = (line: string): number => displayWidth(line.replace(colour, ''))

/** On less than this nothing reads well, broken or not. */
const narrowest = 20

/**
 * Breaks lines between words so that they fit a terminal; what continues a line stands as far in as the line itself.
 * A word that is longer than a line (a path, an address) stays whole, so that it can be copied.
 * @param columns of the terminal; undefined: it goes to no terminal, and lines stay as they are
 */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < narrowest) return text
  return text
    .split('\n')
    .flatMap((line) => brokenLine(line, columns - 1))
    .join('\n')
}

function brokenLine(line: string, width: number): readonly string[] {
  if (visibleWidth(line) <= width) return [line]
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = indent
  // Each word with the blanks behind it: columns within a line stay aligned.
  for (const word of line.slice(indent.length).match(/\S+\s*/g) ?? []) {
    const full = visibleWidth(current + word.trimEnd()) > width
    if (full && current.trim() !== '') {
      lines.push(current.trimEnd())
      current = indent
    }
    current += word
  }
  return [...lines, current.trimEnd()]
}
