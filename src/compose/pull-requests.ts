import { systemClock } from '../adapters/clock/clock.js'
import type { Forge, OpenRequest } from '../adapters/forge/forge.js'
import type { PublishedRequest } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { type Landing, landingsOf } from '../core/landing.js'
import { err, ok, type Result } from '../core/result.js'
import { type RunState, stageOf } from '../core/run-state.js'
import type { Publisher } from '../engine/ports/publisher.js'
import { openForge } from './forge.js'
import type { SeenRun } from './inspect.js'
import type { Project } from './project.js'
import { type PlannedRequest, type PullRequestPlan, planRequests, stageHead } from './pull-request-plan.js'
import { readLanded } from './undo-plan.js'

export interface PublishRequest {
  readonly landing: Landing
  readonly by: 'stage' | 'task'
  readonly draft: boolean
  /** How long its checks are waited for, in milliseconds; null: not at all. */
  readonly waitMs: number | null
  readonly stop: AbortSignal
}

/** Pushes orch's own branches of a landed stage and opens a pull request for each, or updates the one that is open. */
export async function publish(
  project: Project,
  seen: SeenRun,
  request: PublishRequest,
): Promise<Result<readonly PublishedRequest[], Failure>> {
  const plan = await planRequests(project, seen, request.landing, request.by)
  if (!plan.ok) return plan
  const { remote, address } = plan.value
  if (remote === null) return err({ reason: 'remote-missing', branch: seen.state.baseBranch })
  if (address === null) return err({ reason: 'forge-unreachable', host: `the remote ${remote.name}, which is no server,` })
  const forge = await openForge(project, address, request.stop)
  if (!forge.ok) return forge
  const base = await baseFor(project, forge.value, { plan: plan.value, landing: request.landing })
  if (!base.ok) return base
  const published: PublishedRequest[] = []
  for (const planned of plan.value.requests) {
    const pushed = await project.repository.push(remote.name, { branch: planned.head, commit: planned.commit })
    if (!pushed.ok) return pushed
    const opened = await openOrUpdate(forge.value, planned, { base: base.value, draft: request.draft })
    if (!opened.ok) return opened
    published.push({ task: planned.task, ...opened.value })
  }
  const waited =
    request.waitMs === null ? ok(undefined) : await waitForAll(forge.value, { plan: plan.value, published, base: base.value }, request)
  return waited.ok ? ok(published) : waited
}

/** Onto the stage before it as long as that is under review itself: else it would be shown as part of this one. */
async function baseFor(
  project: Project,
  forge: Forge,
  { plan, landing }: { plan: PullRequestPlan; landing: Landing },
): Promise<Result<string, Failure>> {
  const landed = await readLanded(project)
  const before = landed.ok ? landed.value.landings.find((other) => other.to === landing.from) : undefined
  const open = before === undefined ? ok(null) : await forge.find(stageHead(before))
  if (!open.ok) return open
  return ok(before === undefined || open.value === null ? plan.base : stageHead(before))
}

async function openOrUpdate(
  forge: Forge,
  { head, title, body }: PlannedRequest,
  { base, draft }: { base: string; draft: boolean },
): Promise<Result<OpenRequest, Failure>> {
  const open = await forge.find(head)
  if (!open.ok) return open
  const text = { title, body, draft }
  return open.value === null ? forge.create({ head, base }, text) : forge.update(open.value, base, text)
}

interface Waiting {
  readonly plan: PullRequestPlan
  readonly published: readonly PublishedRequest[]
  readonly base: string
}

async function waitForAll(
  forge: Forge,
  { plan, published, base }: Waiting,
  { waitMs, stop }: PublishRequest,
): Promise<Result<void, Failure>> {
  const until = systemClock.now() + (waitMs ?? 0)
  for (const [i, { commit }] of plan.requests.entries()) {
    const passed = await waitForChecks(forge, { commit, base, url: published[i]?.url ?? '' }, { until, waitMs: waitMs ?? 0, stop })
    if (!passed.ok) return passed
  }
  return ok(undefined)
}

/** Checks are reported some time after a push, so none at the first look says nothing yet. */
async function waitForChecks(
  forge: Forge,
  request: { commit: string; base: string; url: string },
  { until, waitMs, stop }: { until: number; waitMs: number; stop: AbortSignal },
): Promise<Result<void, Failure>> {
  const everyMs = Math.min(15_000, Math.max(100, waitMs / 60))
  for (let look = 1; ; look++) {
    const checks = await forge.checksOf(request.commit, request.base)
    if (!checks.ok) return checks
    const { failed, pending, passed } = checks.value
    if (failed.length > 0) return err({ reason: 'pull-request-red', url: request.url, failed, pending })
    if (pending.length === 0 && (passed.length > 0 || look > 2)) return ok(undefined)
    if (systemClock.now() >= until) return err({ reason: 'pull-request-red', url: request.url, failed: [], pending })
    await systemClock.sleepUntil(Math.min(until, systemClock.now() + everyMs), stop)
    if (stop.aborted) return err({ reason: 'interrupted' })
  }
}

/** Publishes the stages of a run as they land; null: the config does not want it. */
export function publisherFor(project: Project, folder: string): Publisher | null {
  const { pr, prDraft, prWaitMs } = project.config.git
  if (pr === 'off') return null
  return {
    publish: async (state: RunState, stage: number, stop: AbortSignal) => {
      const landing = landingsOf(state, state.baseBranch).find((one) => one.stage === stageOf(state, stage).stage)
      if (landing === undefined) return ok([])
      return publish(project, { folder, state, running: true }, { landing, by: pr, draft: prDraft, waitMs: prWaitMs, stop })
    },
  }
}
