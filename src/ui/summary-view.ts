import type { RecordedFact } from '../core/fact.js'
import type { RunState } from '../core/run-state.js'
import type { Colours } from './colours.js'
import { flushed } from './flushed.js'
import type { Glyphs } from './glyphs.js'
import type { Terminal } from './painter.js'
import { summaryText } from './summary-text.js'
import type { View } from './view.js'
import { wrapped } from './wrapped.js'

export interface SummaryViewOptions {
  readonly stdout: Terminal
  readonly now: () => number
  readonly timeZone: string | undefined
  readonly tasksFile: string
  readonly glyphs: Glyphs
  readonly colours: Colours
}

/** Silent until the end, then the result. Says nothing when no run was under way. */
export class SummaryView implements View {
  readonly #options: SummaryViewOptions
  #state: RunState | null = null

  constructor(options: SummaryViewOptions) {
    this.#options = options
  }

  heard(_fact: RecordedFact, state: RunState): void {
    this.#state = state
  }

  progressed(): void {}

  async close(): Promise<void> {
    const { stdout, now, ...rest } = this.#options
    const columns = stdout.isTTY === true ? stdout.columns : undefined
    if (this.#state !== null) stdout.write(`${wrapped(summaryText(this.#state, { ...rest, columns, now: now() }), columns)}\n`)
    this.#state = null
    await flushed(stdout)
  }
}
