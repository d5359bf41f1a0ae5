import { duration, money, shortCommit } from './amounts.js'
import { displayWidth, fitWidth, padWidth, padWidthStart } from './display-width.js'
import { indented, oneLine } from './harmless.js'
import type { Look } from './look.js'
import type { TaskStatus } from './status-json.js'
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

const widestTitle = 40

/** Tasks in aligned columns: sign, id, title, state, time, cost, and where the work is; what went wrong below. */
export function taskTable(tasks: readonly TaskStatus[], look: Look): readonly string[] {
  const ids = Math.max(2, ...tasks.map((t) => t.id.length))
  const titles = Math.min(widestTitle, Math.max(0, ...tasks.map((t) => displayWidth(t.title))))
  const states = Math.max(...tasks.map((t) => t.state.length), 0)
  return tasks.flatMap((task) => {
    const title = padWidth(fitWidth(task.title, titles, look.glyphs.ellipsis), titles)
    const time = padWidthStart(task.durationMs === 0 ? '' : duration(task.durationMs), 7)
    const cost = padWidthStart(task.costUsd === 0 ? '' : money(task.costUsd), 7)
    const text = `${padWidth(task.id, ids)}  ${title}  ${padWidth(task.state, states)} ${time} ${cost}  ${oneLine(place(task))}`
    return [`  ${sign(mood[task.state], look)} ${text.trimEnd()}`, ...failureLines(task)]
  })
}

/** A sign in its colour. */
export function sign(of: RowMood, { glyphs, colours }: Look): string {
  const paint = { done: colours.good, failed: colours.bad, working: colours.busy, waiting: colours.busy, pending: colours.faint }[of]
  return paint(glyphs[of])
}

/** The merge commit of what is merged, else the branch where the work is. */
function place(task: TaskStatus): string {
  if (task.waitingFor?.reason === 'approval') return 'needs your approval'
  return task.state === 'merged' && task.commit !== null ? shortCommit(task.commit) : (task.branch ?? '')
}

/** The output of commands can be long: its end is in the records. */
const mostLines = 8

function failureLines(task: TaskStatus): readonly string[] {
  if (task.failure === null) return []
  const message = indented(task.failure.message, '      ').split('\n')
  const hint = task.failure.hint === null ? [] : [`        ${oneLine(task.failure.hint)}`]
  return [...message.slice(0, mostLines), ...(message.length > mostLines ? ['      ...'] : []), ...hint]
}
