import { displayWidth } from './display-width.js'

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
const eraseBelow = `\r${csi}J`
const colour = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*m`, 'g')

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
 * terminal made of the old lines are counted too.
 */
export function createPainter(terminal: Terminal): Painter {
  let block = ''
  let columnsThen = 0

  const erase = (): string => {
    if (block === '') return ''
    const columns = terminal.columns ?? 80
    const rows = block.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))), 0)
    return `${csi}${rows}A${eraseBelow}`
  }
  const put = (above: string, text: string): void => {
    terminal.write(`${hideCursor}${erase()}${above === '' ? '' : `${above}\n`}${text === '' ? '' : `${text}\n`}${showCursor}`)
    block = text
    columnsThen = terminal.columns ?? 80
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

const widthOf = (line: string): number => displayWidth(line.replace(colour, ''))
