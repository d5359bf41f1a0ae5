import type { Conflict, PromptSubject } from '../core/prompt-subject.js'
import { stageOf, tasksOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import type { AttemptStep } from './attempt.js'
import { type Engine, stateOf } from './engine.js'
import { isWhole, workspaceOf } from './workspace.js'

/** What an implementing, remediating or resolving session is told. */
export async function attemptPrompt(engine: Engine, work: Work, step: AttemptStep, resumes: boolean): Promise<string> {
  const { prompts, reviews } = engine.ports
  const input = await promptInput(engine, work)
  const silence = work.open?.silence ?? null
  if (resumes && silence !== null) return prompts.nudge({ ...input, ...silence })
  if (step === 'implement') return resumes ? prompts.goOn(input) : prompts.implement(input)
  if (step === 'remediate') {
    const findings = work.verdict === null || work.verdict.approved ? '' : reviews.describe(work.verdict)
    const { base } = stageOf(stateOf(engine), work.stage)
    const redBefore = (base?.results ?? []).filter((r) => !r.passed).map((r) => r.command)
    return prompts.remediate({ ...input, checks: work.checks.filter((c) => !c.passed), redBefore, findings })
  }
  return prompts.resolve({ ...input, ...(await conflictInput(engine, work)) })
}

/** Both sides of its conflict; of the tasks on the other one, those that changed a file in conflict, or all where none can be told. */
async function conflictInput(engine: Engine, work: Work): Promise<Conflict> {
  const { obstacle, head, refusal } = work
  if (obstacle === null || head === null) throw new Error(`Internal error: ${work.id} has no conflict to resolve`)
  const { files, onto } = obstacle
  const there = tasksOf(stateOf(engine), work.stage).filter((other) => other.mergeCommit !== null && other.id !== work.id)
  const near: Work[] = []
  for (const other of there) if (await touches(engine, other, files)) near.push(other)
  const others = (near.length > 0 ? near : there).flatMap((other) => other.milestone ?? [])
  return { files, others, base: workspaceOf(work).base, ours: head, theirs: onto, refusal }
}

async function touches(engine: Engine, other: Work, files: readonly string[]): Promise<boolean> {
  const changed = await engine.ports.repository.changedFiles(workspaceOf(other).base, other.head ?? workspaceOf(other).base)
  return changed.ok && changed.value.some((file) => files.includes(file))
}

export async function promptInput(engine: Engine, work: Work): Promise<PromptSubject> {
  const merged = isWhole(work) ? tasksOf(stateOf(engine), work.stage).filter((t) => t.mergeCommit !== null) : [work]
  return {
    id: work.id,
    title: work.title,
    milestones: merged.flatMap((w) => (w.milestone === null ? [] : [w.milestone])),
    projectRules: await engine.ports.projectRules(workspaceOf(work).path),
    constraints: engine.config.agent.constraints,
  }
}
