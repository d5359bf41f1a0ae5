import type { TerminalEnv } from './glyphs.js'

type Paint = (text: string) => string

/** The few colours that orch uses; each gives the text back unchanged where colour is not wanted. */
export interface Colours {
  readonly good: Paint
  readonly bad: Paint
  readonly busy: Paint
  readonly faint: Paint
  readonly strong: Paint
}

const asIs: Paint = (text) => text
const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`

/** Colour belongs on a terminal that does not refuse it; `NO_COLOR` refuses when it is not empty. */
export const wantsColour = (isTTY: boolean, env: TerminalEnv): boolean => isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'

export const coloursFor = (wanted: boolean): Colours =>
  wanted
    ? { good: sgr(32, 39), bad: sgr(31, 39), busy: sgr(33, 39), faint: sgr(2, 22), strong: sgr(1, 22) }
    : { good: asIs, bad: asIs, busy: asIs, faint: asIs, strong: asIs }
