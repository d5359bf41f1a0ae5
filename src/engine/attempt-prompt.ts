import { stageOf, tasksOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import type { AttemptStep } from './attempt.js'
import { type Engine, stateOf } from './engine.js'
import type { PromptInput } from './ports.js'
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
  return prompts.resolve({ ...input, files: work.obstacle?.files ?? [], notes: '' })
}

export async function promptInput(engine: Engine, work: Work): Promise<PromptInput> {
  const merged = isWhole(work) ? tasksOf(stateOf(engine), work.stage).filter((t) => t.mergeCommit !== null) : [work]
  return {
    id: work.id,
    title: work.title,
    milestones: merged.flatMap((w) => (w.milestone === null ? [] : [w.milestone])),
    projectRules: await engine.ports.projectRules(workspaceOf(work).path),
    constraints: engine.config.agent.constraints,
  }
}
