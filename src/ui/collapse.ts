import { wholeOf } from '../core/fact.js'
import type { StageState } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { restRow, restStagesRow, type Scene, stageRow, taskRow, totalsRow, wholeRow } from './rows.js'
import { type RowMood, taskStep } from './step-word.js'

/** One stage as a frame shows it. An empty string stands for a row that has no room. */
export interface StageRows {
  readonly title: string
  readonly tasks: ReadonlyMap<string, string>
  /** What stands for the tasks without a row. */
  readonly rest: string
  readonly whole: string
}

/** A whole frame, row by row. */
export interface Frame {
  readonly stages: ReadonlyMap<number, StageRows>
  /** What stands for the stages without a row. */
  readonly rest: string
  readonly totals: string
}

const hiddenStage: StageRows = { title: '', tasks: new Map(), rest: '', whole: '' }

/**
 * Fits the tree into so many lines: what works and what went wrong stays, what is done or still to come is
 * summed up. With room for everything nothing is summed up.
 * @param lines most lines that the frame may have; Infinity for the last one, which goes to the scrollback
 */
export function frame(scene: Scene, lines: number): Frame {
  const stages = chosenStages(scene.state.stages, roomForStages(scene.state.stages, lines))
  const hidden = scene.state.stages.filter((s) => !stages.includes(s))
  const calm = lines !== Number.POSITIVE_INFINITY
  const open = stages.filter((s) => s.phase !== 'pending' && !(calm && s.phase === 'done'))
  let room = lines - stages.length - (hidden.length > 0 ? 1 : 0) - 1
  const rows = new Map(scene.state.stages.map((s) => [s.stage, hiddenStage]))
  for (const stage of stages) {
    const shown = open.includes(stage) ? openStage(scene, stage, room) : { ...hiddenStage, title: stageRow(scene, stage) }
    room -= [...shown.tasks.values(), shown.rest, shown.whole].filter((row) => row !== '').length
    rows.set(stage.stage, shown)
  }
  return { stages: rows, rest: hidden.length > 0 ? restStagesRow(scene, hidden) : '', totals: totalsRow(scene) }
}

/** Stages to come must not crowd out the tasks at work: those may take half of the lines. */
function roomForStages(stages: readonly StageState[], lines: number): number {
  const taskRows = stages.filter(isUnderWay).reduce((sum, s) => sum + s.tasks.length + 1, 0)
  return Math.max(1, lines - 2 - Math.min(taskRows, Math.floor(lines / 2)))
}

const isUnderWay = (stage: StageState): boolean => stage.phase !== 'pending' && stage.phase !== 'done'

/** The stages under way first, then the next ones, then those that are done; in their own order. */
function chosenStages(stages: readonly StageState[], most: number): readonly StageState[] {
  const rank = (s: StageState): number => (isUnderWay(s) ? 0 : s.phase === 'pending' ? 1 : 2)
  const chosen = new Set([...stages].sort((a, b) => rank(a) - rank(b)).slice(0, most))
  return stages.filter((s) => chosen.has(s))
}

function openStage(scene: Scene, stage: StageState, room: number): StageRows {
  const tasks = stage.tasks.flatMap((id) => scene.state.work[id] ?? [])
  const whole = scene.state.work[wholeOf(stage.stage)]
  const forTasks = Math.max(0, room - (whole === undefined ? 0 : 1))
  const shown = tasks.length <= forTasks ? new Set(tasks) : mostTelling(scene, tasks, Math.max(0, forTasks - 1))
  const hidden = tasks.filter((w) => !shown.has(w))
  return {
    title: stageRow(scene, stage),
    tasks: new Map(tasks.map((w) => [w.id, shown.has(w) ? taskRow(scene, w) : ''])),
    rest: hidden.length > 0 && room > 0 ? restRow(scene, hidden) : '',
    whole: whole === undefined || room <= 1 ? '' : wholeRow(scene, whole),
  }
}

const telling: Readonly<Record<RowMood, number>> = { working: 0, failed: 1, waiting: 2, done: 3, pending: 4 }

function mostTelling(scene: Scene, tasks: readonly Work[], most: number): ReadonlySet<Work> {
  const rank = (w: Work): number => telling[taskStep(scene.state, w, scene.notes.get(w.id), scene.now).mood]
  return new Set([...tasks].sort((a, b) => rank(a) - rank(b)).slice(0, most))
}
