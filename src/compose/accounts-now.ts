import { systemClock } from '../adapters/clock/clock.js'
import type { AccountName } from '../core/account.js'
import { err, ok, type Result } from '../core/result.js'
import type { RunState } from '../core/run-state.js'
import type { SharedLimits } from '../engine/ports/shared-limits.js'
import { accountStatus } from '../ui/account-status.js'
import type { AccountStatus } from '../ui/status-shape.js'
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

/** The accounts, and what runs on this machine tell each other of them. */
export async function openPool(project: Project): Promise<Result<{ pool: Pool; limits: SharedLimits }, Trouble>> {
  const pool = await poolFor(withUnderstudy(project.config, project, false), project)
  return pool.ok ? ok({ pool: pool.value, limits: sharedLimitsOf(project, pool.value) }) : err(asProblems(pool.error))
}

async function known(state: RunState | null, name: AccountName, limits: SharedLimits): Promise<AccountStatus> {
  const now = systemClock.now()
  const own = accountStatus(state, name, now)
  const said = await limits.read(name)
  const met = state?.limits[name]
  if (said?.kind === 'opened' && met !== undefined && said.at > met.since) return { ...own, state: 'open', until: null, window: null }
  if (said?.kind !== 'closed' || said.until <= now || (own.until !== null && Date.parse(own.until) >= said.until)) return own
  return { ...own, state: 'closed', until: new Date(said.until).toISOString(), window: said.window }
}
