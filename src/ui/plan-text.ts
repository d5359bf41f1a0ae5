import { counted } from '../core/counted.js'
import type { Forecast } from '../core/forecast.js'
import type { Milestone } from '../core/milestone.js'
import type { Plan, PlannedStage, PlannedTask } from '../core/plan.js'
import { roughly } from './amounts.js'
import { forecastText } from './forecast-text.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'

export interface PlanContext {
  readonly plan: Plan
  readonly milestones: readonly Milestone[]
  /** The commands of the config that every task must pass. */
  readonly checks: readonly string[]
  /** By what this project has used so far; absent: not asked for; null: nothing to go by. */
  readonly forecast?: Forecast | null
}

/**
 * `orch plan` for people: stages, their tasks in order, what each needs, how long it may take, which criteria a
 * command decides and which the reviewer judges, and what is merged already.
 */
export function planText({ plan, milestones, checks, forecast }: PlanContext, look: Look): string {
  const byId = new Map(milestones.map((m) => [m.id as string, m]))
  const stages = plan.stages.flatMap((stage) => [...stageLines(stage, byId, look), ''])
  const merged = plan.alreadyMerged.length === 0 ? [] : [`already merged, left out: ${plan.alreadyMerged.join(', ')}`]
  const tasks = plan.stages.flatMap((stage) => stage.tasks)
  if (tasks.length === 0) return [...merged, 'There is nothing to do.'].join('\n')
  return [
    ...stages,
    ...merged,
    `${counted(tasks.length, 'task')} in ${counted(plan.stages.length, 'stage')}${estimateOf(tasks)}`,
    ...checksLines(checks),
    ...(forecast == null ? [] : forecastText(forecast, look)),
    'next: orch run',
  ].join('\n')
}

/** A plan without checks is carried out all the same, and a newcomer may not know that there could be some. */
const checksLines = (checks: readonly string[]): readonly string[] =>
  checks.length > 0
    ? [`every task must also pass: ${checks.map(oneLine).join('; ')}`]
    : ['no checks in .orchestratorrc.json: only the criteria above decide what is merged']

function stageLines(stage: PlannedStage, milestones: ReadonlyMap<string, Milestone>, look: Look): readonly string[] {
  const title = look.colours.strong(`Stage ${stage.stage}`)
  return [
    `${title}  ${counted(stage.tasks.length, 'task')}${estimateOf(stage.tasks)}`,
    ...stage.tasks.flatMap((task) => taskLines(task, milestones.get(task.id))),
  ]
}

/** The sum of what the files estimate: tasks run side by side, so it is work, not waiting. */
function estimateOf(tasks: readonly PlannedTask[]): string {
  const known = tasks.flatMap((task) => task.estimateMs ?? [])
  if (known.length === 0) return ''
  const least = known.length < tasks.length ? 'at least ' : ''
  return `, ${least}${roughly(known.reduce((a, b) => a + b, 0))} of work as estimated`
}

function taskLines(task: PlannedTask, milestone: Milestone | undefined): readonly string[] {
  const notes = [
    ...(task.depends.length > 0 ? [`after ${task.depends.join(', ')}`] : []),
    ...(milestone !== undefined && milestone.priority !== 'medium' ? [`${milestone.priority} priority`] : []),
    ...(task.estimateMs === null ? [] : [roughly(task.estimateMs)]),
    ...(task.optional ? ['optional'] : []),
    ...(milestone?.approval === true ? ['a person approves before the merge'] : []),
  ]
  const first = `  ${task.id}  ${oneLine(task.title)}${notes.length === 0 ? '' : `  (${notes.join('; ')})`}`
  return milestone === undefined ? [first] : [first, ...criteriaLines(milestone)]
}

function criteriaLines(milestone: Milestone): readonly string[] {
  const commands = [...new Set([...milestone.criteria.flatMap((c) => c.command ?? []), ...milestone.checks])]
  const judged = milestone.criteria.filter((c) => c.command === null).map((c) => c.text)
  const entry = milestone.entryRequirements.flatMap((r) => r.command ?? [])
  return [...group('run first', entry), ...group('a command decides', commands), ...group('the reviewer judges', judged)]
}

const group = (label: string, items: readonly string[]): readonly string[] => items.map((item) => `      ${label}: ${oneLine(item)}`)
