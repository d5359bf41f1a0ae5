/** First and last code points of what East Asian Width calls wide or full-width, and of emoji shown as pictures. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
]

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const plainAscii = /^[ -~]*$/
const picture = /\p{Emoji_Presentation}|\ufe0f/u
const withoutWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u

const isWide = (codePoint: number): boolean => wideRanges.some(([first, last]) => codePoint >= first && codePoint <= last)

function graphemeWidth(grapheme: string): number {
  if (withoutWidth.test(grapheme)) return 0
  return picture.test(grapheme) || isWide(grapheme.codePointAt(0) ?? 0) ? 2 : 1
}

/** How many terminal columns a line takes. The text must be harmless already. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

/** Cut so that it takes at most so many columns, the cut shown by an ellipsis. */
export function fitWidth(text: string, columns: number, ellipsis = '…'): string {
  if (columns <= 0) return ''
  if (displayWidth(text) <= columns) return text
  const room = columns - displayWidth(ellipsis)
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment)
    if (width > room) break
    kept += segment
  }
  return room < 0 ? fitWidth(ellipsis, columns, '') : kept.trimEnd() + ellipsis
}

/** Filled with blanks up to so many columns; longer text stays as it is. */
export const padWidth = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - displayWidth(text)))

/** The same, with the blanks in front: for numbers. */
export const padWidthStart = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - displayWidth(text))) + text
