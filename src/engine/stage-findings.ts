import type { Failure } from '../core/failure.js'
import type { MilestoneId } from '../core/milestone.js'
import { placeNamed } from '../core/named-place.js'
import { ok, type Result } from '../core/result.js'
import { tasksOf } from '../core/run-state.js'
import type { Finding, Verdict } from '../core/verdict.js'
import type { Work } from '../core/work.js'
import { type Engine, stateOf } from './engine.js'
import { isWhole, workspaceOf } from './workspace.js'

/** In the review of a whole stage each finding is given to the task whose merge brought the line that it names; git tells which. */
export async function assignFindings(engine: Engine, work: Work, verdict: Verdict): Promise<Result<Verdict, Failure>> {
  if (!isWhole(work)) return ok(verdict)
  const findings: Finding[] = []
  for (const finding of verdict.findings) {
    const task = await taskBehind(engine, work, finding)
    if (!task.ok) return task
    findings.push(task.value === null ? finding : { ...finding, task: task.value })
  }
  return ok({ ...verdict, findings })
}

/** Null: nobody's alone, or of the person's, or of what was done to the stage as a whole. */
async function taskBehind(engine: Engine, work: Work, finding: Finding): Promise<Result<MilestoneId | null, Failure>> {
  if (finding.file === null || work.head === null) return ok(null)
  const { path, base } = workspaceOf(work)
  const merged = tasksOf(stateOf(engine), work.stage).filter((t) => t.mergeCommit !== null)
  const place = { ...placeNamed({ file: finding.file, line: finding.line }, path), since: base, tip: work.head }
  const merges = merged.flatMap((t) => t.mergeCommit ?? [])
  const brought = await engine.ports.repository.broughtBy(place, merges)
  if (!brought.ok) return brought
  const tasks = merged.filter((t) => t.mergeCommit !== null && brought.value.includes(t.mergeCommit))
  const [only] = tasks
  return ok(tasks.length === 1 && only !== undefined ? (only.milestone?.id ?? null) : null)
}
