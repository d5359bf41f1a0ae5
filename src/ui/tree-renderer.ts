import { DefaultRenderer } from 'listr2'
import type { Painter } from './painter.js'

export interface TreeHooks {
  readonly painter: Painter
  /** Whether the last frame is left in the scrollback. */
  readonly stays: boolean
  /** Called before each drawing: gives the rows their texts. */
  readonly fill: () => void
  /** Called once, with what redraws the tree. */
  readonly ready: (redraw: () => void) => void
}

/**
 * listr2's default renderer walks the tree; the rest is ours: rows come ready (sign, colour and width are decided from
 * the run's state, not from listr2's idea of success), and they are painted on the given terminal, when the view says so.
 * The original measures and writes to the process's own stdout, wraps by the width it had at the start, draws on every
 * event, and leaves the cursor hidden when the process is killed.
 */
export function treeRendererFor({ painter, stays, fill, ready }: TreeHooks): typeof DefaultRenderer {
  return class TreeRenderer extends DefaultRenderer {
    /** Whether a tree is wanted was decided before: the terminal is not the process's stdout. */
    static override nonTTY = true

    override render(): Promise<void> {
      ready(() => this.update())
      return Promise.resolve()
    }

    override update(): void {
      fill()
      painter.paint(this.create())
    }

    override end(): void {
      fill()
      painter.finish(stays ? this.create({ prompt: false }) : '')
    }

    protected override style(): string {
      return ''
    }

    /** An empty title is a row for which there is no room. */
    protected override format(message: string): string[] {
      return message === '' ? [] : [message]
    }
  }
}
