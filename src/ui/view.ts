import type { Progress, RecordedFact } from '../core/fact.js'
import type { RunState } from '../core/run-state.js'
import { coloursFor, wantsColour } from './colours.js'
import { glyphsFor, speaksUnicode, type TerminalEnv } from './glyphs.js'
import { guarded } from './guarded-view.js'
import { JsonView } from './json-view.js'
import { ListrView } from './listr-view.js'
import type { Terminal } from './painter.js'
import { PlainView } from './plain-view.js'
import { SummaryView } from './summary-view.js'

/** Hears what happens and says it to a person or a program. What it shows never changes what is done. */
export interface View {
  heard(fact: RecordedFact, state: RunState): void
  progressed(progress: Progress): void
  /** Says the last things, gives the terminal back, and resolves once everything is written. */
  close(): Promise<void>
}

export type ViewKind = 'json' | 'quiet' | 'tree' | 'plain'

/** What decides about the view. */
export interface ViewWish {
  /** Whether the progress goes to a terminal: that of stderr. */
  readonly isTTY: boolean
  /** Undefined or 0 when unknown. */
  readonly columns: number | undefined
  readonly env: TerminalEnv
  readonly json: boolean
  readonly quiet: boolean
}

export interface ViewOptions extends ViewWish {
  /** Results. */
  readonly stdout: Terminal
  /** Everything else. */
  readonly stderr: Terminal
  /** Epoch milliseconds. */
  readonly now: () => number
  /** An IANA name; undefined: the machine's own zone. */
  readonly timeZone?: string | undefined
  /** The name of the file that tells what happened, for the summary. */
  readonly tasksFile?: string | undefined
}

/** Below this many columns a tree says nothing. */
const narrowest = 40

/**
 * | `--json` | `--quiet` | terminal | columns | CI  | TERM | view  |
 * |----------|-----------|----------|---------|-----|------|-------|
 * | yes      | any       | any      | any     | any | any  | json  |
 * | no       | yes       | any      | any     | any | any  | quiet |
 * | no       | no        | yes      | ≥ 40    | no  | good | tree  |
 * | no       | no        | otherwise                   | plain |
 */
export function viewKind({ isTTY, columns, env, json, quiet }: ViewWish): ViewKind {
  if (json) return 'json'
  if (quiet) return 'quiet'
  return isTTY && (columns ?? 0) >= narrowest && !isCI(env) && env.TERM !== 'dumb' ? 'tree' : 'plain'
}

/** `CI` as the services set it; a person may say `CI=false`. */
const isCI = (env: TerminalEnv): boolean => !['', '0', 'false'].includes((env.CI ?? '').toLowerCase())

/**
 * Makes the view that suits where the output goes. It never throws at whoever tells it something, and a reader who
 * goes away (a closed pipe or terminal) does not end the run.
 */
export function chooseView(options: ViewOptions): View {
  const { stdout, stderr } = options
  for (const stream of new Set([stdout, stderr])) stream.on('error', () => undefined)
  return guarded(newView(viewKind(options), options), stderr)
}

function newView(kind: ViewKind, options: ViewOptions): View {
  const { stdout, stderr, now, timeZone, env } = options
  const glyphs = glyphsFor(speaksUnicode(env))
  const summary = new SummaryView({
    stdout,
    now,
    timeZone,
    tasksFile: options.tasksFile ?? 'TASKS.md',
    glyphs,
    colours: coloursFor(wantsColour(stdout.isTTY === true, env)),
  })
  const colours = coloursFor(wantsColour(options.isTTY, env))
  switch (kind) {
    case 'json':
      return new JsonView(stdout)
    case 'quiet':
      return summary
    case 'tree':
      return inTurn(new ListrView({ terminal: stderr, now, timeZone, glyphs, colours, stays: stdout.isTTY !== true }), summary)
    case 'plain':
      return inTurn(new PlainView({ stderr, now, timeZone, colours }), summary)
  }
}

/** Progress first, the result after it. */
const inTurn = (progress: View, result: View): View => ({
  heard: (fact, state) => {
    progress.heard(fact, state)
    result.heard(fact, state)
  },
  progressed: (what) => progress.progressed(what),
  close: async () => {
    await progress.close()
    await result.close()
  },
})
