import { allPassed } from '../core/check.js'
import { counted, listed } from '../core/counted.js'
import type { Progress, RecordedFact } from '../core/fact.js'
import type { RunState } from '../core/run-state.js'
import { isEnded, isSettled, type Work } from '../core/work.js'
import type { Colours } from './colours.js'
import { flushed } from './flushed.js'
import { afterFact, afterProgress, type LiveNotes } from './live-notes.js'
import { type Moment, timeOfDay } from './moment.js'
import type { Terminal } from './painter.js'
import { limitLine } from './rows.js'
import { taskStep, wholeStep } from './step-word.js'
import type { View } from './view.js'
import { factSentence, progressSentence, workName } from './wording.js'

export interface PlainViewOptions {
  readonly stderr: Terminal
  readonly now: () => number
  readonly timeZone: string | undefined
  readonly colours: Colours
  /** Milliseconds of silence after which a line says what runs and what waits. */
  readonly heartbeatMs?: number
}

/** One line for each change, a sign of life for each silent minute: for logs, pipes and CI. */
export class PlainView implements View {
  readonly #options: PlainViewOptions
  #state: RunState | null = null
  #notes: LiveNotes = new Map()
  #lastWait = ''
  #heartbeat: NodeJS.Timeout | null = null

  constructor(options: PlainViewOptions) {
    this.#options = options
  }

  heard(fact: RecordedFact, state: RunState): void {
    this.#state = state
    this.#notes = afterFact(this.#notes, fact)
    const { colours } = this.#options
    if (fact.type === 'limit-hit') this.#lastWait = waitKey(fact.until)
    const paint = isBad(fact) ? colours.bad : isGood(fact) ? colours.good : (text: string) => text
    this.#say(Date.parse(fact.at), paint(factSentence(fact, this.#moment, state)))
  }

  progressed(progress: Progress): void {
    this.#notes = afterProgress(this.#notes, progress)
    if (progress.type === 'noticed') this.#say(this.#moment.now, progressSentence(progress, this.#moment))
    // When a failed session is tried again, its fact has said.
    if (progress.type !== 'waiting' || progress.reason !== 'limit') return
    // Every task tells of the same closed window: once is enough.
    const wait = waitKey(progress.until)
    if (wait !== this.#lastWait) this.#say(this.#moment.now, progressSentence(progress, this.#moment))
    this.#lastWait = wait
  }

  async close(): Promise<void> {
    if (this.#heartbeat !== null) clearTimeout(this.#heartbeat)
    this.#heartbeat = null
    this.#state = null
    await flushed(this.#options.stderr)
  }

  get #moment(): Moment {
    return { now: this.#options.now(), timeZone: this.#options.timeZone }
  }

  #say(at: number, text: string): void {
    this.#options.stderr.write(`${this.#options.colours.faint(timeOfDay(at, this.#options.timeZone))} ${text}\n`)
    if (this.#heartbeat !== null) clearTimeout(this.#heartbeat)
    this.#heartbeat = setTimeout(() => this.#beat(), this.#options.heartbeatMs ?? 60_000)
    this.#heartbeat.unref()
  }

  #beat(): void {
    const text = this.#state === null ? null : heartbeatText(this.#state, this.#notes, this.#moment)
    if (text !== null) this.#say(this.#moment.now, text)
  }
}

const waitKey = (until: number): string => String(until)

const isBad = (fact: RecordedFact): boolean =>
  fact.type === 'task-failed' ||
  fact.type === 'task-blocked' ||
  fact.type === 'stage-failed' ||
  (fact.type === 'base-checked' && !allPassed(fact.results)) ||
  (fact.type === 'run-ended' && fact.ending === 'failed')

const isGood = (fact: RecordedFact): boolean => fact.type === 'stage-landed' || (fact.type === 'run-ended' && fact.ending === 'done')

/** What runs, what waits and until when, on one line; null when nothing does. */
export function heartbeatText(state: RunState, notes: LiveNotes, moment: Moment): string | null {
  if (state.ending !== null) return null
  const started = new Set(state.stages.filter((s) => s.phase === 'running').map((s) => s.stage))
  const going = Object.values(state.work).filter((w) => started.has(w.stage) && !isEnded(w))
  const steps = going.map((work) => ({ work, doing: notes.get(work.id)?.doing ?? '', ...stepOf(state, work, notes, moment) }))
  const working = steps.filter((s) => s.mood === 'working')
  const waiting = steps.filter(
    (s) => (s.mood === 'waiting' || s.mood === 'pending') && !isSettled(s.work) && s.work.id === workName(s.work.id),
  )
  const limit = limitLine({ ...moment, state })
  const parts = [
    ...working.map((s) => `${workName(s.work.id)} ${s.word}${s.doing === '' ? '' : ` (${s.doing})`}`),
    ...(waiting.length > 0
      ? [
          `${counted(waiting.length, 'task')} waiting: ${listed(
            waiting.map((s) => s.work.id),
            8,
          )}`,
        ]
      : []),
    ...(limit === null ? [] : [limit]),
  ]
  return parts.length === 0 ? null : `still at it: ${parts.join('; ')}`
}

const stepOf = (state: RunState, work: Work, notes: LiveNotes, moment: Moment): ReturnType<typeof taskStep> =>
  work.id === workName(work.id)
    ? taskStep(state, work, notes.get(work.id), moment.now)
    : wholeStep(state, work, notes.get(work.id), moment.now)
