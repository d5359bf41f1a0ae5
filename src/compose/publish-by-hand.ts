import type { Failure } from '../core/failure.js'
import { undoneBy } from '../core/landing.js'
import { ok, type Result } from '../core/result.js'
import type { ToldRequests } from '../ui/pull-requests-text.js'
import { seeRun } from './inspect.js'
import type { Project } from './project.js'
import { planRequests } from './pull-request-plan.js'
import { publish } from './pull-requests.js'
import { readLanded } from './undo-plan.js'

/** What was typed behind `orch pr`. */
export interface ByHand {
  /** Null: the stage that landed last. */
  readonly stage: number | null
  readonly draft: boolean
  readonly print: boolean
  readonly stop: AbortSignal
}

/** `orch pr`: the same as `git.pr` does by itself; by stage, unless the config says by task. @returns null when no such stage has landed */
export async function publishByHand(project: Project, byHand: ByHand): Promise<Result<ToldRequests | null, Failure>> {
  const landed = await readLanded(project)
  if (!landed.ok) return landed
  const { landings } = landed.value
  const [landing] = undoneBy(byHand.stage === null ? landings : landings.filter(({ stage }) => stage === byHand.stage), null)
  const seen = landing === undefined ? ok(null) : await seeRun(project, landing.run)
  if (!seen.ok) return seen
  if (landing === undefined || seen.value === null) return ok(null)
  const { pr, prDraft, prWaitMs } = project.config.git
  const by = pr === 'task' ? 'task' : 'stage'
  const plan = await planRequests(project, seen.value, landing, by)
  if (!plan.ok) return plan
  const { remote, ...shown } = plan.value
  // A remote's URL may hold a password.
  const told = { stage: landing.stage, ...shown, remote: remote === null ? null : { name: remote.name }, published: null }
  if (byHand.print) return ok(told)
  const request = { landing, by, draft: byHand.draft || prDraft, waitMs: prWaitMs, stop: byHand.stop } as const
  const published = await publish(project, seen.value, request)
  return published.ok ? ok({ ...told, published: published.value }) : published
}
