import { counted } from '../core/counted.js'
import { isTelling, trendWords } from '../core/review-history.js'
import { shortCommit } from '../core/short-commit.js'
import { duration, money } from './amounts.js'
import { displayWidth, fitWidth, padWidth, padWidthStart } from './display-width.js'
import { indented, oneLine } from './harmless.js'
import type { Look } from './look.js'
import type { TaskStatus } from './status-shape.js'
import type { RowMood } from './step-word.js'

const mood: Readonly<Record<TaskStatus['state'], RowMood>> = {
  pending: 'pending',
  waiting: 'waiting',
  working: 'working',
  checking: 'working',
  reviewing: 'working',
  approved: 'done',
  merging: 'working',
  merged: 'done',
  failed: 'failed',
  blocked: 'failed',
  parked: 'waiting',
  skipped: 'pending',
}

/** Columns that titles get: at most, and at least however narrow the terminal is. */
const titleWidth = { most: 40, least: 12 }

/** The indentation, the sign, a blank, and the terminal's last column. */
const signWidth = 5

interface Row {
  readonly task: TaskStatus
  readonly id: string
  readonly title: string
  readonly state: string
  readonly time: string
  readonly cost: string
  readonly place: string
}

/**
 * Tasks in aligned columns: sign, id, title, state, time, cost, and where the work is; what went wrong below.
 * @param all the tasks of all tables that stand below each other, so that their columns do too
 */
export function taskTable(tasks: readonly TaskStatus[], look: Look, all = tasks): readonly string[] {
  const rows = all.map(rowOf)
  const widest = (of: (row: Row) => string): number => Math.max(0, ...rows.map((row) => displayWidth(of(row))))
  const around = {
    id: Math.max(
      2,
      widest((r) => r.id),
    ),
    state: widest((r) => r.state),
    time: widest((r) => r.time),
    cost: widest((r) => r.cost),
  }
  const room = (look.columns ?? Number.POSITIVE_INFINITY) - signWidth - displayWidth(lineOf({ ...blank, ...padded(blank, around) }))
  const titles = Math.min(
    titleWidth.most,
    widest((r) => r.title),
    Math.max(titleWidth.least, room - widest((r) => (isBecauseOfAnother(r.task) ? '' : r.place))),
  )
  return tasks.map(rowOf).flatMap((row) => {
    const title = padWidth(fitWidth(row.title, titles, look.glyphs.ellipsis), titles)
    const place = fittingPlace(row, room - titles, look)
    const text = lineOf({ ...padded(row, around), title, place })
    return [
      `  ${sign(mood[row.task.state], look)} ${text.trimEnd()}`,
      ...courseLine(row.task),
      ...stageLine(row.task),
      ...failureLines(row.task),
    ]
  })
}

/** Words may be cut; half a branch name is of no use, and the record of the run has it. */
function fittingPlace({ task, place: whole }: Row, room: number, { glyphs }: Look): string {
  if (isBecauseOfAnother(task)) return fitWidth(whole, room, glyphs.ellipsis)
  return displayWidth(whole) <= room ? whole : ''
}

/** The columns between sign and end, already filled up. */
type Cells = Readonly<Record<'id' | 'title' | 'state' | 'time' | 'cost' | 'place', string>>

const blank: Cells = { id: '', title: '', state: '', time: '', cost: '', place: '' }

const padded = (row: Cells, widths: Readonly<Record<'id' | 'state' | 'time' | 'cost', number>>) => ({
  id: padWidth(row.id, widths.id),
  state: padWidth(row.state, widths.state),
  time: padWidthStart(row.time, widths.time),
  cost: padWidthStart(row.cost, widths.cost),
})

const lineOf = ({ id, title, state, time, cost, place }: Cells): string => `${id}  ${title}  ${state}  ${time}  ${cost}  ${place}`

const rowOf = (task: TaskStatus): Row => ({
  task,
  id: task.id,
  title: task.title,
  state: task.health === null ? task.state : `${task.state} (${task.health})`,
  time: task.durationMs === 0 ? '' : duration(task.durationMs),
  cost: task.costUsd === 0 ? '' : money(task.costUsd),
  place: oneLine(place(task)),
})

/** A sign in its colour. */
export function sign(of: RowMood, { glyphs, colours }: Look): string {
  const paint = { done: colours.good, failed: colours.bad, working: colours.busy, waiting: colours.busy, pending: colours.faint }[of]
  return paint(glyphs[of])
}

/** Of a task that could not begin because of another one, all there is to say. */
const isBecauseOfAnother = (task: TaskStatus): boolean =>
  task.failure?.reason === 'dependency-failed' || task.failure?.reason === 'stage-failed'

/** The merge commit of what is merged, else the branch where the work is. */
function place(task: TaskStatus): string {
  if (task.waitingFor?.reason === 'approval') return 'needs your approval'
  if (task.failure !== null && isBecauseOfAnother(task)) return task.failure.message
  return task.state === 'merged' && task.commit !== null ? shortCommit(task.commit) : (task.branch ?? '')
}

/** How its reviews went, where that was not straight on; a failure of the review says it itself. */
const courseLine = ({ reviewTrend, failure }: TaskStatus): readonly string[] =>
  isTelling(reviewTrend) && failure?.reason !== 'review-unresolved' ? [`      reviews: ${trendWords(reviewTrend)}`] : []

/** What shows of it only together with the others. */
const stageLine = ({ stageFindings }: TaskStatus): readonly string[] =>
  stageFindings === 0 ? [] : [`      the review of its stage: ${counted(stageFindings, 'finding')} in what it brought`]

/** The output of commands can be long: its end is in the records. */
const mostLines = 8

function failureLines(task: TaskStatus): readonly string[] {
  if (task.failure === null || isBecauseOfAnother(task)) return []
  const message = indented(task.failure.message, '      ').split('\n')
  const hint = task.failure.hint === null ? [] : [`        ${oneLine(task.failure.hint)}`]
  const commands = (task.failure.commands ?? []).map((command) => `          ${oneLine(command)}`)
  return [...message.slice(0, mostLines), ...(message.length > mostLines ? ['      ...'] : []), ...hint, ...commands]
}
