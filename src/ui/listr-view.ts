import { type DefaultRenderer, Listr, type ListrTask } from 'listr2'
import { allPassed } from '../core/check.js'
import type { Progress, RecordedFact } from '../core/fact.js'
import { allWork, type RunState, type StageState } from '../core/run-state.js'
import { isEnded } from '../core/work.js'
import { type Frame, frame } from './collapse.js'
import type { Colours } from './colours.js'
import { type Deferred, deferred } from './deferred.js'
import type { Glyphs } from './glyphs.js'
import { afterFact, afterProgress, type LiveNotes } from './live-notes.js'
import type { Moment } from './moment.js'
import { createPainter, type Painter, type Terminal } from './painter.js'
import type { Scene } from './rows.js'
import { treeRendererFor } from './tree-renderer.js'
import type { View } from './view.js'
import { factSentence, progressSentence } from './wording.js'

type Tree = Listr<object, typeof DefaultRenderer>
type Row = Tree['tasks'][number]

export interface ListrViewOptions {
  readonly terminal: Terminal
  readonly now: () => number
  readonly timeZone: string | undefined
  readonly glyphs: Glyphs
  readonly colours: Colours
  /** Whether the tree stays in the scrollback at the end: not where the summary takes its place. */
  readonly stays: boolean
  /** Milliseconds between two redraws, at least, and between two when only the clock moved. */
  readonly pace?: { readonly least: number; readonly tick: number }
}

/** Five redraws a second at most; once a second the times go on. */
const calmPace = { least: 200, tick: 1000 }

/**
 * A listr2 tree of stages and their tasks. It only draws: rows are made from facts, the body of a row is a promise
 * that a fact settles, every text comes from the run's state. It never fails, retries, catches a signal or ends the process.
 */
export class ListrView implements View {
  readonly #options: ListrViewOptions
  readonly #painter: Painter
  readonly #settled = new Map<string, Deferred>()
  readonly #opened = new Map<number, Deferred>()
  readonly #redraw = (): void => this.#draw()
  #tree: Tree | null = null
  #redrawTree: () => void = () => undefined
  #ended: Promise<unknown> = Promise.resolve()
  #state: RunState | null = null
  #notes: LiveNotes = new Map()
  #closing = false
  #ticking: NodeJS.Timeout | null = null
  #drawingSoon: NodeJS.Timeout | null = null
  #drawnAt = Number.NEGATIVE_INFINITY

  constructor(options: ListrViewOptions) {
    this.#options = options
    this.#painter = createPainter(options.terminal)
  }

  heard(fact: RecordedFact, state: RunState): void {
    this.#state = state
    this.#notes = afterFact(this.#notes, fact)
    if (this.#tree === null) this.#begin(state)
    if (isAboutChecks(fact)) this.#painter.above(factSentence(fact, this.#moment, state))
    for (const stage of state.stages) if (stage.phase !== 'pending') this.#opened.get(stage.stage)?.resolve()
    for (const work of allWork(state)) if (isEnded(work)) this.#settled.get(work.id)?.resolve()
    this.#drawSoon()
  }

  progressed(progress: Progress): void {
    if (progress.type === 'noticed') {
      this.#painter.above(progressSentence(progress, this.#moment))
      return
    }
    this.#notes = afterProgress(this.#notes, progress)
    this.#drawSoon()
  }

  /** Draws the tree for the last time, with every row, and leaves it in the scrollback; or takes it away. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#options.terminal.removeListener('resize', this.#redraw)
    if (this.#ticking !== null) clearInterval(this.#ticking)
    if (this.#drawingSoon !== null) clearTimeout(this.#drawingSoon)
    for (const body of [...this.#opened.values(), ...this.#settled.values()]) body.resolve()
    await this.#ended
  }

  #begin(state: RunState): void {
    const stages = state.stages.map((stage) => this.#stageTask(stage))
    this.#tree = new Listr<object, typeof DefaultRenderer>([...stages, this.#row('rest'), this.#row('totals')], {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: treeRendererFor({
        painter: this.#painter,
        stays: this.#options.stays,
        fill: () => this.#give(),
        ready: (redraw) => {
          this.#redrawTree = redraw
        },
      }),
      rendererOptions: { collapseSubtasks: false, lazy: true },
    })
    this.#ended = this.#tree.run()
    this.#options.terminal.on('resize', this.#redraw)
    this.#ticking = setInterval(this.#redraw, this.#pace.tick)
    this.#ticking.unref()
  }

  get #moment(): Moment {
    return { now: this.#options.now(), timeZone: this.#options.timeZone }
  }

  get #pace(): { readonly least: number; readonly tick: number } {
    return this.#options.pace ?? calmPace
  }

  /** A stage that has not started is one row; once it starts, a row for each of its tasks is added below. */
  #stageTask(stage: StageState): ListrTask<object, typeof DefaultRenderer> {
    const opened = deferred()
    this.#opened.set(stage.stage, opened)
    return {
      title: `Stage ${stage.stage}`,
      task: async (_, row) => {
        await opened.promise
        const tasks = this.#state?.stages.find((s) => s.stage === stage.stage)?.tasks ?? []
        return row.newListr(
          [...tasks, `rest-${stage.stage}`, `stage-${stage.stage}`].map((id) => this.#row(id)),
          { concurrent: true, exitOnError: false },
        )
      },
    }
  }

  #row(id: string): ListrTask<object, typeof DefaultRenderer> {
    const body = deferred()
    this.#settled.set(id, body)
    const work = this.#state?.work[id]
    if (this.#closing || (work !== undefined && isEnded(work))) body.resolve()
    return { title: id, task: () => body.promise }
  }

  /** Now if the last redraw is long enough ago, else as soon as it is. */
  #drawSoon(): void {
    if (this.#drawingSoon !== null || this.#closing) return
    const wait = this.#drawnAt + this.#pace.least - this.#options.now()
    this.#drawingSoon = setTimeout(this.#redraw, Math.min(this.#pace.least, Math.max(0, wait)))
    this.#drawingSoon.unref()
  }

  #draw(): void {
    if (this.#drawingSoon !== null) clearTimeout(this.#drawingSoon)
    this.#drawingSoon = null
    this.#drawnAt = this.#options.now()
    this.#redrawTree()
  }

  /** Hands every row its text. Plain assignments: they do not redraw one by one. */
  #give(): void {
    if (this.#tree === null || this.#state === null) return
    const shown = frame(this.#scene(this.#state), this.#closing ? Number.POSITIVE_INFINITY : (this.#options.terminal.rows ?? 24) - 2)
    const rows = this.#tree.tasks
    for (const [i, stage] of this.#state.stages.entries()) giveStage(rows[i], stage, shown)
    giveTitle(rows[rows.length - 2], shown.rest)
    giveTitle(rows[rows.length - 1], shown.totals)
  }

  #scene(state: RunState): Scene {
    const { terminal, now, timeZone, glyphs, colours } = this.#options
    // The last column stays free: some terminals break the line as soon as it is filled.
    return { state, notes: this.#notes, now: now(), timeZone, width: (terminal.columns ?? 80) - 1, glyphs, colours }
  }
}

/** What no row says and a person must not miss: it stays in the scrollback. */
const isAboutChecks = (fact: RecordedFact): boolean =>
  fact.type === 'check-flaky' || (fact.type === 'base-checked' && !allPassed(fact.results))

const giveTitle = (row: Row | undefined, title: string): void => {
  if (row !== undefined) row.title = title
}

function giveStage(row: Row | undefined, stage: StageState, shown: Frame): void {
  const words = shown.stages.get(stage.stage)
  if (row === undefined || words === undefined) return
  row.title = words.title
  const below = row.hasSubtasks() ? row.subtasks : []
  for (const [i, task] of below.slice(0, -2).entries()) giveTitle(task, words.tasks.get(stage.tasks[i] ?? '') ?? '')
  giveTitle(below.at(-2), words.rest)
  giveTitle(below.at(-1), words.whole)
}
