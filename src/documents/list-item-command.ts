import type { Paragraph } from 'mdast'
import { readable } from './markdown.js'

/** A command's first word is never one of these: it is code that is talked about. */
const programming = new Set(
  'export function class const let var import return def interface type enum public private async await'.split(' '),
)
/** Requests and queries, which no shell knows. */
const requests = new Set('GET POST PUT PATCH DELETE HEAD OPTIONS SELECT INSERT UPDATE'.split(' '))

const success =
  /^(?:(?:still|now|also|must|should) )?(?:pass(?:es)?|succeeds?|exits?|works?|runs?|returns?|prints?|builds?|compiles|is (?:green|clean|successful)|is v?\d[\w.]*(?: or (?:newer|later|higher|above|more))?)\b/i

/**
 * The command that a bullet is about, whose exit status then decides; null where a reviewer must judge.
 *
 * A command stands first, as inline code, and is either all there is, or has arguments, or is said to succeed
 * (`make` passes). What reads as a piece of a program, a request, an option or a value is none.
 */
export function commandOf(paragraph: Paragraph): string | null {
  const [first, ...others] = paragraph.children
  if (first?.type !== 'inlineCode') return null
  const code = first.value.trim()
  if (code === '' || isTalkedAbout(code)) return null
  const rest = others
    .map((node) => readable(node).text)
    .join('')
    .trim()
  const stands = /^[.,;:!]*$/.test(rest) || /\s/.test(code) || success.test(rest)
  return stands ? code : null
}

function isTalkedAbout(code: string): boolean {
  const [first = '', second = ''] = code.split(/\s+/)
  if (programming.has(first) || requests.has(first)) return true
  if (/^[-{<@#=|&)\]`]/.test(code) || first.endsWith(':') || /^(?:[!=]?==?|=>)$/.test(second)) return true
  // A call, or a name inside the program: sum(a, b), parseCsv.
  return /^[\w$.]+\([^)]*\);?$/.test(code) || /^[a-z][a-z\d]*[A-Z][A-Za-z\d]*$/.test(code)
}
