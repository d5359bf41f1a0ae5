import { compareIds, type Milestone, type MilestoneId, type Priority } from './milestone.js'
import { nearest } from './nearest.js'
import type { Problem } from './problem.js'
import { err, ok, type Result } from './result.js'

/** A milestone as the plan shows it; its text is read again when its stage starts. */
export interface PlannedTask {
  readonly id: MilestoneId
  readonly title: string
  readonly depends: readonly MilestoneId[]
  readonly optional: boolean
  readonly estimateMs: number | null
}

export interface PlannedStage {
  readonly stage: number
  /** In the order in which they start when nothing else decides. */
  readonly tasks: readonly PlannedTask[]
}

/** Which part of the milestones a run carries out. Empty lists: all of them. */
export interface Selection {
  readonly stages: readonly number[]
  readonly milestones: readonly string[]
}

/** The immutable choice and order of stages and tasks for a run. */
export interface Plan {
  readonly stages: readonly PlannedStage[]
  /** Left out because their merge is already in the branch's history. */
  readonly alreadyMerged: readonly MilestoneId[]
}

/** Where in the files something stands, for problems that only show when the files are seen together. */
export type Locate = (milestone: Milestone, what: 'depends' | 'id', value: string) => { line: number; column: number }

/**
 * Chooses and orders. Everything wrong is reported at once: unknown ids, dependencies on a later stage,
 * cycles, a selection that matches nothing or that needs what is neither selected nor merged.
 */
export function planRun(
  milestones: readonly Milestone[],
  selection: Selection,
  merged: ReadonlySet<string>,
  locate: Locate,
): Result<Plan, readonly Problem[]> {
  const problems: Problem[] = [...dependencyProblems(milestones, locate), ...selectionProblems(milestones, selection)]
  const chosen = milestones.filter((m) => isSelected(m, selection))
  const todo = chosen.filter((m) => !merged.has(m.id))
  if (problems.length === 0) problems.push(...unmetDependencies(milestones, todo, merged, locate))
  if (problems.length > 0) return err(problems)
  const stages = [...new Set(todo.map((m) => m.stage))].sort((a, b) => a - b)
  return ok({
    stages: stages.map((stage) => ({ stage, tasks: orderTasks(todo.filter((m) => m.stage === stage)).map(plannedTask) })),
    alreadyMerged: chosen.filter((m) => merged.has(m.id)).map((m) => m.id),
  })
}

export const plannedTask = (m: Milestone): PlannedTask => ({
  id: m.id,
  title: m.title,
  depends: m.depends,
  optional: m.optional,
  estimateMs: m.estimateMs,
})

export const isSelected = (m: { id: string; stage: number }, selection: Selection): boolean =>
  (selection.stages.length === 0 && selection.milestones.length === 0) ||
  selection.stages.includes(m.stage) ||
  selection.milestones.includes(m.id)

const rank: Record<Priority, number> = { critical: 0, high: 1, medium: 2, low: 3 }

/** Dependencies first, then priority, then id (Kahn's algorithm over one stage; the graph is known to have no cycle). */
export function orderTasks(tasks: readonly Milestone[]): Milestone[] {
  const rest = [...tasks].sort((a, b) => rank[a.priority] - rank[b.priority] || compareIds(a.id, b.id))
  const inside = new Set(rest.map((t) => t.id))
  const ordered: Milestone[] = []
  const placed = new Set<string>()
  while (rest.length > 0) {
    const at = rest.findIndex((t) => t.depends.every((d) => !inside.has(d) || placed.has(d)))
    const [next] = rest.splice(at === -1 ? 0 : at, 1)
    if (next === undefined) break
    ordered.push(next)
    placed.add(next.id)
  }
  return ordered
}

/** Unknown ids, dependencies on a later stage, circles. */
export function dependencyProblems(milestones: readonly Milestone[], locate: Locate): Problem[] {
  const byId = new Map(milestones.map((m) => [m.id as string, m]))
  const problems: Problem[] = []
  const at = (m: Milestone, dependency: string, message: string, hint: string | null): void => {
    problems.push({ file: m.file, ...locate(m, 'depends', dependency), message, hint })
  }
  for (const m of milestones) {
    for (const d of m.depends) {
      const target = byId.get(d)
      if (target === undefined) {
        const near = nearest(d, [...byId.keys()])
        at(m, d, `${m.id} depends on ${d}, and there is no such milestone`, near === null ? null : `Did you mean ${near}?`)
      } else if (target.stage > m.stage) {
        at(
          m,
          d,
          `${m.id} depends on ${d}, which is in a later stage`,
          `Stages run in order: give ${m.id} a stage of ${target.stage} or more`,
        )
      }
    }
  }
  for (const cycle of findCycles(milestones)) {
    const first = byId.get(cycle[0] ?? '')
    const second = cycle[1]
    if (first !== undefined && second !== undefined)
      at(first, second, `these depend on each other in a circle: ${cycle.join(' → ')}`, 'Remove one of these dependencies')
  }
  return problems
}

/** Every circle of dependencies once, each as a path that ends where it began. */
export function findCycles(milestones: readonly Pick<Milestone, 'id' | 'depends'>[]): string[][] {
  const byId = new Map(milestones.map((m) => [m.id as string, m]))
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const root of [...byId.keys()].sort(compareIds)) {
    if (state.has(root)) continue
    // Depth first without recursion: a chain of thousands must not overflow the stack.
    const path: { id: string; next: number }[] = [{ id: root, next: 0 }]
    state.set(root, 'open')
    while (path.length > 0) {
      const top = path[path.length - 1]
      if (top === undefined) break
      const dependency = byId.get(top.id)?.depends[top.next++]
      if (dependency === undefined) {
        state.set(top.id, 'done')
        path.pop()
      } else if (byId.has(dependency) && state.get(dependency) === 'open') {
        const ids = path.map((p) => p.id)
        cycles.push([...ids.slice(ids.indexOf(dependency)), dependency])
      } else if (byId.has(dependency) && !state.has(dependency)) {
        state.set(dependency, 'open')
        path.push({ id: dependency, next: 0 })
      }
    }
  }
  return cycles
}

function selectionProblems(milestones: readonly Milestone[], selection: Selection): Problem[] {
  const ids = milestones.map((m) => m.id as string)
  const stages = new Set(milestones.map((m) => m.stage))
  const flag = (file: string, message: string, hint: string | null): Problem => ({ file, line: 0, column: 0, message, hint })
  return [
    ...selection.milestones
      .filter((id) => !ids.includes(id))
      .map((id) => {
        const near = nearest(id, ids)
        return flag('--milestone', `there is no milestone ${id}`, near === null ? null : `Did you mean ${near}?`)
      }),
    ...selection.stages
      .filter((stage) => !stages.has(stage))
      .map((stage) =>
        flag(
          '--stage',
          `there is no milestone in stage ${stage}`,
          `Stages here: ${[...stages].sort((a, b) => a - b).join(', ') || 'none'}`,
        ),
      ),
  ]
}

/** What of `todo` needs something that is neither merged nor to be done with it. */
export function unmetDependencies(
  all: readonly Milestone[],
  todo: readonly Milestone[],
  merged: ReadonlySet<string>,
  locate: Locate,
): Problem[] {
  const running = new Set<string>(todo.map((m) => m.id))
  return todo.flatMap((m) =>
    m.depends
      .filter((d) => !running.has(d) && !merged.has(d) && all.some((other) => other.id === d))
      .map((d) => ({
        file: m.file,
        ...locate(m, 'depends', d),
        message: `${m.id} depends on ${d}, which is neither merged nor part of this run`,
        hint: `Run it as well: orch run --milestone ${d} --milestone ${m.id}`,
      })),
  )
}
