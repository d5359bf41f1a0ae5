import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isSubscription } from '../adapters/claude/credentials.js'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import type { AccountName } from '../core/account.js'
import { describeFailure } from '../core/failure-words.js'
import { closedUntil } from '../core/policy/limit.js'
import { ok, type Result } from '../core/result.js'
import type { SessionOutcome } from '../core/session.js'
import type { Pool } from './accounts.js'
import { openPool } from './accounts-now.js'
import { composeAgent } from './agent.js'
import type { Project } from './project.js'
import { withUnderstudy } from './run-engine.js'
import type { Trouble } from './trouble.js'

/** What a session of an account came to. */
export interface AccountTest {
  readonly name: AccountName
  readonly pays: 'plan' | 'key'
  readonly state: 'open' | 'closed' | 'refused' | 'unclear'
  /** ISO 8601, of a closed one. */
  readonly until: string | null
  /** Of a closed one the window, as `five_hour`; else why it is not open. */
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
    if (test.until !== null) await limits.close(name, Date.parse(test.until), test.detail)
    tests.push(test)
  }
  return ok(tests)
}

function verdictOn(project: Project, { name, pool }: { name: AccountName; pool: Pool }, outcome: SessionOutcome): AccountTest {
  const env = { ...pool.inherited, ...project.config.agent.env }
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
  const config = withUnderstudy(project.config, project, false)
  try {
    const { agent } = composeAgent(project, { config, pool, runFolder: folder, machineEnv: {} })
    const { model, effort, budgetUsd } = config.agent
    const limits = { model, effort, budgetUsd, timeoutMs: 120_000, idleMs: 120_000, toolIdleMs: 120_000 }
    const who = { run: 'auth', task: 'auth', step: 'review', session: systemChance.uuid(), resumes: false, number: 1, account } as const
    const request = { ...who, ...limits, cwd: folder, prompt: 'Answer with { "ok": true }.', answerSchema }
    return await agent.run(request, () => undefined, new AbortController().signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
