import { wholeOf } from '../core/fact.js'
import type { Failure, FailureReason } from '../core/failure.js'
import type { RunState } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { counted, duration, money } from './amounts.js'
import { failureText } from './failure-text.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'
import { until } from './moment.js'
import { nextCommands } from './next-commands.js'
import { type StatusJson, statusJson } from './status-json.js'
import type { RowMood } from './step-word.js'
import { sign, taskTable } from './task-table.js'
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
    ...troubles(state),
    ...waitLines(status, context),
    `look at: ${placesToLook(state, context).join(`, `)}`,
    ...nextCommands(status).map((command, i) => `${i === 0 ? 'next:' : '     '} ${command}`),
  ].join('\n')
}

function headline(state: RunState, { totals }: StatusJson, context: SummaryContext): string {
  const how = endingWords[state.ending ?? 'interrupted']
  const end = state.endedAt === null ? context.now : Date.parse(state.endedAt)
  const spent = `${duration(end - Date.parse(state.startedAt))}, ${money(totals.costUsd)}`
  const merged = `${totals.merged} of ${counted(totals.tasks, 'task')} merged into ${oneLine(state.baseBranch)}`
  return `${sign(moodOf(state), context)} ${context.colours.strong(`Run ${state.run} ${how}`)}: ${merged} (${spent})`
}

const moodOf = (state: RunState): RowMood => (state.ending === 'done' ? 'done' : state.ending === 'failed' ? 'failed' : 'waiting')

/** These the rows, the countdown and the commands to type say better. */
const saidElsewhere = new Set<FailureReason>(['interrupted', 'limit-reached', 'approval-missing'])

const isWhole = (work: Work): boolean => work.id === wholeOf(work.stage)

/** What stopped the run or a stage, unless a task's row has said it already. */
function troubles(state: RunState): readonly string[] {
  const said = new Set(Object.values(state.work).flatMap((w) => (isWhole(w) || w.failure === null ? [] : JSON.stringify(w.failure))))
  const failures = [...state.stages.map((s) => s.failure), state.failure].filter(
    (f): f is Failure => f !== null && !saidElsewhere.has(f.reason),
  )
  const lines: string[] = []
  for (const failure of failures) {
    const key = JSON.stringify(failure)
    if (!said.has(key)) lines.push(failureText(failure), '')
    said.add(key)
  }
  return lines
}

function waitLines(status: StatusJson, context: SummaryContext): readonly string[] {
  const opens = status.wait?.reason === 'limit' ? status.wait.until : null
  return opens === null ? [] : [`the account's limit is lifted at ${until(Date.parse(opens), context)}`]
}

function placesToLook(state: RunState, context: SummaryContext): readonly string[] {
  const landed = state.stages.some((s) => s.landed !== null)
  return [...(landed ? [context.tasksFile, `git log ${oneLine(state.baseBranch)}`] : []), `.orch/runs/${state.run}`]
}
