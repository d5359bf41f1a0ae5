import { counted, listed } from '../core/counted.js'
import { type WorkId, wholeOf } from '../core/fact.js'
import { closedForAll, type RunState, type StageState } from '../core/run-state.js'
import { isEnded, type Work } from '../core/work.js'
import { duration, money } from './amounts.js'
import type { Colours } from './colours.js'
import { displayWidth, fitWidth, padWidth, padWidthStart } from './display-width.js'
import { failureLine, isSameFailure } from './failure-text.js'
import type { Glyphs } from './glyphs.js'
import { oneLine } from './harmless.js'
import type { LiveNote, LiveNotes } from './live-notes.js'
import { type Moment, until } from './moment.js'
import { healthWord, isStillCombining, type RowMood, type StepWord, taskStep, wholeStep, widestStep } from './step-word.js'
import { concurrencyWords } from './wording.js'

/** All that a frame of the tree is made from. */
export interface Scene extends Moment {
  readonly state: RunState
  readonly notes: LiveNotes
  /** Columns that a row may fill, its indentation included. */
  readonly width: number
  readonly glyphs: Glyphs
  readonly colours: Colours
}

/** Tasks stand two columns further in than their stage. */
export const taskIndent = '  '

/** From this width on, the columns of a row are aligned; below, every column is needed for words. */
const wideEnough = 72

/** A task's row: sign, id, title, step, time, cost, and in the room that is left what its agent does. */
export function taskRow(scene: Scene, work: Work): string {
  const note = scene.notes.get(work.id)
  const step = taskStep(scene.state, work, note, scene.now)
  const doing = step.mood === 'working' ? doingWords(work, note) : work.failure === null || !isEnded(work) ? '' : failureLine(work.failure)
  return workRow(scene, work, { ...step, name: work.id, title: oneLine(work.title), doing })
}

/** That it hung before is said first: what it does now may be what it hangs in. */
const doingWords = (work: Work, note: LiveNote | undefined): string =>
  [healthWord(work), note?.doing].filter((words) => words != null && words !== '').join(': ')

/** The row of a stage's whole. */
export function wholeRow(scene: Scene, whole: Work): string {
  const note = scene.notes.get(whole.id)
  const step = wholeStep(scene.state, whole, note, scene.now)
  const failure = scene.state.stages.find((s) => s.stage === whole.stage)?.failure ?? null
  const isATasks = failure !== null && Object.values(scene.state.work).some((w) => w.id !== whole.id && isSameFailure(w.failure, failure))
  const doing = failure === null ? (step.mood === 'working' ? doingWords(whole, note) : '') : isATasks ? '' : failureLine(failure)
  return workRow(scene, whole, { ...step, name: 'all', title: 'the whole stage', doing })
}

interface RowWords extends StepWord {
  readonly name: string
  readonly title: string
  readonly doing: string
}

function workRow(scene: Scene, work: Work, words: RowWords): string {
  const cost = work.usage.costUsd + (scene.notes.get(work.id)?.costUsd ?? 0)
  const figures = { word: words.word, time: elapsed(work, scene.now), cost: cost > 0 ? money(cost) : '' }
  const name = padWidth(words.name, nameWidth(scene, work.stage))
  const text =
    scene.width >= wideEnough ? alignedText(scene, { ...words, ...figures, name }) : shortText(scene, { ...words, ...figures, name })
  return line(scene, words.mood, text, taskIndent)
}

interface RowParts extends RowWords {
  readonly time: string
  readonly cost: string
}

const nameWidth = (scene: Scene, stage: number): number =>
  Math.max(3, ...(scene.state.stages.find((s) => s.stage === stage)?.tasks ?? []).map((id) => id.length))

function alignedText(scene: Scene, parts: RowParts): string {
  const titles = Math.min(36, Math.floor(scene.width * 0.28))
  const title = padWidth(fitWidth(parts.title, titles, scene.glyphs.ellipsis), titles)
  return `${parts.name} ${title} ${padWidth(parts.word, widestStep)} ${padWidthStart(parts.time, 7)} ${padWidthStart(parts.cost, 7)}  ${parts.doing}`
}

/** On a narrow terminal: whatever still fits, the most telling first. */
function shortText(scene: Scene, parts: RowParts): string {
  const titles = Math.max(8, Math.floor(scene.width * 0.24))
  let text = `${parts.name} ${padWidth(fitWidth(parts.title, titles, scene.glyphs.ellipsis), titles)} ${parts.word}`
  for (const part of [parts.time, parts.cost, parts.doing])
    if (part !== '' && displayWidth(`${taskIndent}  ${text} ${part}`) <= scene.width) text += ` ${part}`
  return text
}

/** Time since the work began; of finished work, the time it took. What only waits for others has no clock that runs. */
function elapsed(work: Work, now: number): string {
  const waits = work.phase === 'approved' || work.phase === 'combined' || (work.id === wholeOf(work.stage) && isStillCombining(work))
  if (work.startedAt === null || waits) return ''
  const end = work.endedAt === null ? now : Date.parse(work.endedAt)
  return duration(end - Date.parse(work.startedAt))
}

/** A stage's own row. */
export function stageRow(scene: Scene, stage: StageState): string {
  const work = stage.tasks.flatMap((id) => scene.state.work[id] ?? [])
  const merged = work.filter((w) => w.phase === 'merged').length
  const lost = work.filter((w) => isEnded(w) && w.phase !== 'merged').length
  const parts = [
    ...(stage.phase === 'pending'
      ? [isBaseChecked(scene, stage) ? 'checking what it starts from' : `${counted(work.length, 'task')} to come`]
      : [`${merged} of ${counted(work.length, 'task')} merged`]),
    ...(lost > 0 ? [`${lost} not`] : []),
    ...(stage.phase === 'held' ? ['held back'] : []),
  ]
  const cost = costOf(scene, [...stage.tasks, wholeOf(stage.stage)])
  if (cost > 0) parts.push(money(cost))
  return line(scene, stageMood[stage.phase], `Stage ${stage.stage}  ${parts.join(` ${scene.glyphs.separator} `)}`, '')
}

/** Before the stage begins, commands run for it only then. */
const isBaseChecked = (scene: Scene, { stage }: StageState): boolean => scene.notes.get(wholeOf(stage))?.command === true

const stageMood: Readonly<Record<StageState['phase'], RowMood>> = {
  pending: 'pending',
  running: 'working',
  done: 'done',
  held: 'waiting',
  failed: 'failed',
}

function costOf(scene: Scene, ids: readonly WorkId[]): number {
  return ids.reduce((sum, id) => sum + (scene.state.work[id]?.usage.costUsd ?? 0) + (scene.notes.get(id)?.costUsd ?? 0), 0)
}

/** The last row: how far the run is, what it cost, how long it took, and what it waits for. */
export function totalsRow(scene: Scene): string {
  const { state, glyphs } = scene
  const tasks = state.stages.flatMap((s) => s.tasks.flatMap((id) => state.work[id] ?? []))
  const end = state.endedAt === null ? scene.now : Date.parse(state.endedAt)
  const parts = [
    `${tasks.filter((w) => w.phase === 'merged').length} of ${counted(tasks.length, 'task')} merged`,
    duration(end - Date.parse(state.startedAt)),
    money(costOf(scene, Object.keys(state.work))),
  ]
  const wait = limitLine(scene) ?? narrowLine(state)
  const text = fitWidth([...(wait === null ? [] : [wait]), ...parts].join(` ${glyphs.separator} `), scene.width, glyphs.ellipsis)
  return wait === null ? scene.colours.faint(text) : scene.colours.busy(text)
}

/** The countdown while the account's window is closed: `limit until 15:04 (in 12m 30s)`. */
export function limitLine(scene: Moment & { readonly state: RunState }): string | null {
  const limit = closedForAll(scene.state, scene.now)
  return limit === null || scene.state.ending !== null ? null : `limit until ${until(limit.until, scene)}`
}

/** Fewer sessions at a time than configured: `at most 2 sessions at a time for now`. */
function narrowLine(state: RunState): string | null {
  const few = Object.entries(state.narrowed)
  if (state.ending !== null || few.length === 0) return null
  return few.map(([account, sessions]) => concurrencyWords({ account, sessions }, state)).join(', ')
}

/** What stands for the tasks for which the screen has no row. */
export function restRow(scene: Scene, hidden: readonly Work[]): string {
  const moods = hidden.map((w) => taskStep(scene.state, w, scene.notes.get(w.id), scene.now).mood)
  const count = (...wanted: RowMood[]): number => moods.filter((m) => wanted.includes(m)).length
  const parts = [
    ...(count('working') > 0 ? [`${count('working')} more at work`] : []),
    ...(count('pending', 'waiting') > 0 ? [`${count('pending', 'waiting')} more waiting`] : []),
    ...(count('done') > 0 ? [`${count('done')} done`] : []),
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
  ]
  const text = `${taskIndent}${scene.glyphs.ellipsis} ${parts.join(', ')}`
  return scene.colours.faint(fitWidth(text, scene.width, scene.glyphs.ellipsis))
}

/** What stands for the stages for which the screen has no row. */
export function restStagesRow(scene: Scene, hidden: readonly StageState[]): string {
  const text = `${scene.glyphs.ellipsis} ${counted(hidden.length, 'more stage')}: ${listed(
    hidden.map((s) => String(s.stage)),
    8,
  )}`
  return scene.colours.faint(fitWidth(text, scene.width, scene.glyphs.ellipsis))
}

/** Cut first, coloured after: colour has no width, and a cut must not leave it open. */
function line(scene: Scene, mood: RowMood, text: string, indent: string): string {
  const glyph = scene.glyphs[mood]
  const paint = {
    done: scene.colours.good,
    failed: scene.colours.bad,
    working: scene.colours.busy,
    waiting: scene.colours.busy,
    pending: scene.colours.faint,
  }[mood]
  const rest = fitWidth(text.trimEnd(), scene.width - displayWidth(`${indent}${glyph} `), scene.glyphs.ellipsis)
  return `${indent}${paint(glyph)} ${mood === 'pending' ? scene.colours.faint(rest) : rest}`
}
