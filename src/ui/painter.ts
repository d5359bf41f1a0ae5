import { visibleWidth, wrapped } from './wrapped.js'

/** A terminal, or something that stands in for one. */
export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  readonly writableNeedDrain?: boolean | undefined
}

const csi = '\u001b['
const hideCursor = `${csi}?25l`
const showCursor = `${csi}?25h`
const eraseRow = `${csi}2K`
const eraseBelow = `${csi}J`

/** Keeps one block of lines at the end of the scrollback up to date. */
export interface Painter {
  /** Replaces the block. Lines must not be wider than the terminal. */
  paint(text: string): void
  /** Puts lines above the block: they stay in the scrollback. */
  above(text: string): void
  /** Replaces the block for the last time; it stays. */
  finish(text: string): void
}

/**
 * Each repaint is one write that hides the cursor and shows it again, so whatever ends the process, even kill -9,
 * leaves a terminal with its cursor. The width is read anew each time: after a resize the rows that a narrower
 * terminal made of the old lines are counted too. Rows are replaced one by one: nothing is blank for a moment, and a
 * terminal that keeps what is erased from the very top (tmux does) finds no old frame to keep.
 */
export function createPainter(terminal: Terminal): Painter {
  let block = ''
  let columnsThen = 0

  const put = (above: string, text: string): void => {
    const columns = terminal.columns ?? 80
    const old = rowsOf(block, columns)
    const lines = [above === '' ? '' : wrapped(above, columns), text].filter((part) => part !== '').flatMap((part) => part.split('\n'))
    const missing = Math.max(0, old - lines.length)
    const rows = [...lines, ...Array.from({ length: missing }, () => '')].map((line) => `${eraseRow}${line}\n`).join('')
    terminal.write(`${hideCursor}${up(old)}\r${rows}${up(missing)}${eraseBelow}${showCursor}`)
    block = text
    columnsThen = columns
  }
  return {
    paint: (text) => {
      // A terminal that does not keep up (Ctrl-S, a slow line) gets the newest block later instead of all of them.
      if ((text === block && columnsThen === (terminal.columns ?? 80)) || terminal.writableNeedDrain === true) return
      put('', text)
    },
    above: (text) => put(text, block),
    finish: (text) => {
      put('', text)
      block = ''
    },
  }
}

const up = (rows: number): string => (rows === 0 ? '' : `${csi}${rows}A`)

/** How many rows a terminal of so many columns makes of a text. */
const rowsOf = (text: string, columns: number): number =>
  text === '' ? 0 : text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / Math.max(1, columns))), 0)
