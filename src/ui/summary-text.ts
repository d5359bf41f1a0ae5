import { counted } from '../core/counted.js'
import type { RunState } from '../core/run-state.js'
import { duration, money } from './amounts.js'
import { checkWarnings } from './check-warnings.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'
import { until } from './moment.js'
import { nextCommands } from './next-commands.js'
import { statusJson } from './status-json.js'
import type { StatusJson } from './status-shape.js'
import type { RowMood } from './step-word.js'
import { sign, taskTable } from './task-table.js'
import { troubles } from './troubles.js'
import { endingWords } from './wording.js'

export interface SummaryContext extends Look {
  /** The file in the repository that tells what happened. */
  readonly tasksFile: string
}

/**
 * What `orch run` and `orch resume` print last: how each task ended and where its work is, what it took and cost,
 * where to look, and what to type next.
 */
export function summaryText(state: RunState, context: SummaryContext): string {
  const status = statusJson(state, { stages: [] }, { now: context.now, running: false })
  return [
    headline(state, status, context),
    '',
    ...taskTable(
      status.stages.flatMap((s) => s.tasks),
      context,
    ),
    '',
    ...troubles(status),
    ...checkWarnings(status),
    ...waitLines(status, context),
    `look at: ${placesToLook(state, context).join(`, `)}`,
    ...nextCommands(status).map((command, i) => `${i === 0 ? 'next:' : '     '} ${command}`),
  ].join('\n')
}

function headline(state: RunState, { totals }: StatusJson, context: SummaryContext): string {
  const how = endingWords[state.ending ?? 'interrupted']
  const end = state.endedAt === null ? context.now : Date.parse(state.endedAt)
  const spent = `${duration(end - Date.parse(state.startedAt))}, ${money(totals.costUsd)}`
  const merged = `${totals.merged} of ${counted(totals.tasks, 'task')} merged`
  const [name, where] = state.rehearsal
    ? ['Rehearsal', 'on a branch of its own; yours did not move, and the costs are made up']
    : ['Run', `into ${oneLine(state.baseBranch)}`]
  return `${sign(moodOf(state), context)} ${context.colours.strong(`${name} ${state.run} ${how}`)}: ${merged} ${where} (${spent})`
}

const moodOf = (state: RunState): RowMood => (state.ending === 'done' ? 'done' : state.ending === 'failed' ? 'failed' : 'waiting')

function waitLines(status: StatusJson, context: SummaryContext): readonly string[] {
  const opens = status.wait?.reason === 'limit' ? status.wait.until : null
  return opens === null ? [] : [`the account's limit is lifted at ${until(Date.parse(opens), context)}`]
}

function placesToLook(state: RunState, context: SummaryContext): readonly string[] {
  const landed = state.stages.some((s) => s.landed !== null)
  const records = `.orch/runs/${state.run}`
  if (!landed) return [`${records}/${context.tasksFile}`]
  const log = `git log ${oneLine(state.baseBranch)}`
  return state.rehearsal ? [log, `${records}/${context.tasksFile}`] : [context.tasksFile, log, records]
}
