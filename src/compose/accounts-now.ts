import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { claudeAgent } from '../adapters/claude/agent.js'
import { isSubscription } from '../adapters/claude/credentials.js'
import { probeSandbox } from '../adapters/claude/sandbox.js'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import { agentGitEnvironment } from '../adapters/git/git-environment.js'
import { startLineChild } from '../adapters/processes/line-child.js'
import { secretRedactor } from '../adapters/processes/secret-redactor.js'
import type { AccountName } from '../core/account.js'
import { describeFailure } from '../core/failure-words.js'
import { closedUntil } from '../core/policy/limit.js'
import { err, ok, type Result } from '../core/result.js'
import type { RunState } from '../core/run-state.js'
import type { SessionOutcome } from '../core/session.js'
import type { SharedLimits } from '../engine/ports.js'
import { type AccountStatus, accountStatus } from '../ui/status-json.js'
import type { Pool } from './accounts.js'
import { seeRun } from './inspect.js'
import type { Project } from './project.js'
import { poolFor, sharedLimitsOf, withUnderstudy } from './run-engine.js'
import { asFailure, asProblems, type Trouble } from './trouble.js'

/** Every account of the pool as far as it is known without a session: what runs here and others on this machine have met. */
export async function accountsNow(project: Project): Promise<Result<readonly AccountStatus[], Trouble>> {
  const opened = await openPool(project)
  if (!opened.ok) return opened
  const seen = await seeRun(project, null)
  if (!seen.ok) return err(asFailure(seen.error))
  const { pool, limits } = opened.value
  return ok(await Promise.all(pool.accounts.map(({ name }) => known(seen.value?.state ?? null, name, limits))))
}

async function openPool(project: Project): Promise<Result<{ pool: Pool; limits: SharedLimits }, Trouble>> {
  const pool = await poolFor(withUnderstudy(project.config, project, false), project)
  return pool.ok ? ok({ pool: pool.value, limits: sharedLimitsOf(project, pool.value) }) : err(asProblems(pool.error))
}

async function known(state: RunState | null, name: AccountName, limits: SharedLimits): Promise<AccountStatus> {
  const now = systemClock.now()
  const own = accountStatus(state, name, now)
  const said = await limits.read(name)
  if (said?.kind !== 'closed' || said.until <= now || (own.until !== null && Date.parse(own.until) >= said.until)) return own
  return { ...own, state: 'closed', until: new Date(said.until).toISOString(), window: said.window }
}

/** What a session of an account came to. */
export interface AccountTest {
  readonly name: AccountName
  readonly pays: 'plan' | 'key'
  readonly state: 'open' | 'closed' | 'refused' | 'unclear'
  /** ISO 8601, of a closed one. */
  readonly until: string | null
  /** Why it is not open. */
  readonly detail: string | null
}

/** Starts the smallest session that there is on each account, one after the other: a few hundred tokens each. */
export async function testAccounts(project: Project): Promise<Result<readonly AccountTest[], Trouble>> {
  const opened = await openPool(project)
  if (!opened.ok) return opened
  const { pool, limits } = opened.value
  const tests: AccountTest[] = []
  for (const { name } of pool.accounts) {
    const test = verdictOn(project, { name, pool }, await smallestSession(project, pool, name))
    if (test.state === 'open') await limits.open(name)
    if (test.until !== null) await limits.close(name, Date.parse(test.until), null)
    tests.push(test)
  }
  return ok(tests)
}

function verdictOn(project: Project, { name, pool }: { name: AccountName; pool: Pool }, outcome: SessionOutcome): AccountTest {
  const env = { ...project.surroundings.env, ...project.config.agent.env }
  const test = { name, pays: isSubscription(pool.environments.get(name) ?? env) ? 'plan' : 'key', until: null, detail: null } as const
  switch (outcome.kind) {
    case 'finished':
      return { ...test, state: 'open' }
    case 'limited': {
      const { until } = closedUntil(outcome.limit, 0, project.config.rateLimit, { now: systemClock.now(), random: 0 })
      return { ...test, state: 'closed', until: new Date(until).toISOString(), detail: outcome.limit.window }
    }
    case 'failed': {
      const { reason } = outcome.failure
      const refused = reason === 'login-refused' || reason === 'billing-refused'
      return { ...test, state: refused ? 'refused' : 'unclear', detail: describeFailure(outcome.failure).message }
    }
    case 'stopped':
      return { ...test, state: 'unclear', detail: 'stopped' }
  }
}

const answerSchema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }

async function smallestSession(project: Project, pool: Pool, account: AccountName): Promise<SessionOutcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'orch-auth-'))
  const { env, platform } = project.surroundings
  const config = withUnderstudy(project.config, project, false)
  const redactor = secretRedactor(env, config.agent.env, ...pool.environments.values(), pool.secrets)
  try {
    const agent = claudeAgent({
      agent: config.agent,
      killGraceMs: config.health.killGraceMs,
      runFolder: folder,
      projectFolder: project.root,
      inheritedEnv: env,
      givenEnv: agentGitEnvironment(env),
      accountEnv: (name) => pool.environments.get(name) ?? null,
      machineEnv: {},
      start: startLineChild,
      redact: (text) => redactor.redact(text),
      sandboxSupport: () => probeSandbox(platform, env),
      platform,
      now: () => systemClock.now(),
      localZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    })
    const { model, effort, budgetUsd } = config.agent
    const limits = { model, effort, budgetUsd, timeoutMs: 120_000, idleMs: 120_000, toolIdleMs: 120_000 }
    const who = { run: 'auth', task: 'auth', step: 'review', session: systemChance.uuid(), resumes: false, number: 1, account } as const
    const request = { ...who, ...limits, cwd: folder, prompt: 'Answer with { "ok": true }.', answerSchema }
    return await agent.run(request, () => undefined, new AbortController().signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
