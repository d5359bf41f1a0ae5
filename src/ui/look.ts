import { type Colours, coloursFor, wantsColour } from './colours.js'
import { type Glyphs, glyphsFor, speaksUnicode, type TerminalEnv } from './glyphs.js'
import type { Moment } from './moment.js'

/** How a text for people looks: signs, colours, width, and the reader's time. */
export interface Look extends Moment {
  readonly glyphs: Glyphs
  readonly colours: Colours
  /** Of the terminal that it goes to; undefined: to none, so that nothing needs to be cut or broken. */
  readonly columns?: number | undefined
}

/** The look that suits an output: colour only on a terminal that wants it, plain ASCII signs unless the locale is UTF-8. */
export const lookFor = (
  output: { readonly isTTY: boolean; readonly columns?: number | undefined; readonly env: TerminalEnv } & Moment,
): Look => ({
  now: output.now,
  timeZone: output.timeZone,
  glyphs: glyphsFor(speaksUnicode(output.env)),
  colours: coloursFor(wantsColour(output.isTTY, output.env)),
  columns: output.isTTY ? output.columns : undefined,
})
