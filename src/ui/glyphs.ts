/** The signs in front of rows. */
export interface Glyphs {
  readonly done: string
  readonly failed: string
  readonly working: string
  readonly pending: string
  readonly waiting: string
  readonly ellipsis: string
  readonly separator: string
}

const unicode: Glyphs = { done: '✔', failed: '✖', working: '◐', pending: '○', waiting: '⏸', ellipsis: '…', separator: '·' }
const ascii: Glyphs = { done: '+', failed: 'x', working: '*', pending: '.', waiting: '=', ellipsis: '...', separator: '-' }

/** The environment's words about the terminal, by their usual names. */
export interface TerminalEnv {
  readonly CI?: string | undefined
  readonly NO_COLOR?: string | undefined
  readonly TERM?: string | undefined
  readonly LC_ALL?: string | undefined
  readonly LC_CTYPE?: string | undefined
  readonly LANG?: string | undefined
  /** Set by Windows Terminal. */
  readonly WT_SESSION?: string | undefined
  /** Set by VS Code and by macOS terminals. */
  readonly TERM_PROGRAM?: string | undefined
}

/** Whether the terminal can be trusted with more than ASCII: a UTF-8 locale, or a terminal known to be modern. */
export function speaksUnicode(env: TerminalEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  if (locale !== '') return /utf-?8/i.test(locale)
  return (env.WT_SESSION ?? '') !== '' || (env.TERM_PROGRAM ?? '') !== ''
}

export const glyphsFor = (withUnicode: boolean): Glyphs => (withUnicode ? unicode : ascii)
