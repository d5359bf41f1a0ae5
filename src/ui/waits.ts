import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import { mostWorthWaiting } from '../core/policy/choose-account.js'
import { closedForAll, type RunState } from '../core/run-state.js'
import { isSettled, type Work } from '../core/work.js'
import { oneLine } from './harmless.js'
import { needsApproval } from './step-word.js'
import { limitWords } from './wording.js'

/** What a run or a task waits for. */
export interface StatusWait {
  readonly reason: 'limit' | 'resources' | 'budget' | 'approval'
  /** ISO 8601; null when no instant is known. */
  readonly until: string | null
  readonly detail: string
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString()

/** What the whole run waits for; null while something can go on, or when it is over. */
export function runWait(state: RunState, { now, running }: { readonly now: number; readonly running: boolean }): StatusWait | null {
  if (state.ending === 'done' || state.ending === 'failed') return null
  const limit = limitWait(state, now)
  if (limit !== null) return limit
  if (running) return null
  if (state.failure?.reason === 'budget-reached') return budgetWait(state.failure)
  const toApprove = Object.values(state.work).filter(needsApproval)
  return toApprove.length === 0
    ? null
    : { reason: 'approval', until: null, detail: toApprove.map((w) => `orch approve ${w.id}`).join('; ') }
}

function limitWait(state: RunState, now: number): StatusWait | null {
  const limit = closedForAll(state, now)
  if (limit === null) return null
  const detail =
    state.accounts.length === 1 ? limitWords(limit) : `all ${state.accounts.length} accounts are at a limit; first ${limit.account}`
  return { reason: 'limit', until: iso(limit.until), detail }
}

/** An interrupted conversation waits for its own account while another one is open, unless that would take too long. */
function conversationWait(state: RunState, { open }: Work, now: number): StatusWait | null {
  const limit = open?.resumes === true ? state.limits[open.account] : undefined
  if (open === null || limit === undefined || limit.until <= now || limit.until - now > mostWorthWaiting) return null
  return { reason: 'limit', until: iso(limit.until), detail: limitWords({ ...limit, account: open.account }, state) }
}

const budgetWait = (failure: Failure & { reason: 'budget-reached' }): StatusWait => ({
  reason: 'budget',
  until: null,
  detail: oneLine(describeFailure(failure).message),
})

/** What one task waits for; null when it is at work, not yet begun, or over. */
export function taskWait(state: RunState, work: Work, { now }: { readonly now: number }): StatusWait | null {
  if (needsApproval(work)) return { reason: 'approval', until: null, detail: `orch approve ${work.id}` }
  if (work.phase === 'parked' && work.failure?.reason === 'budget-reached') return budgetWait(work.failure)
  if (work.held !== null && !isSettled(work)) return { reason: 'resources', until: null, detail: oneLine(work.held) }
  if (isSettled(work) || work.phase === 'pending' || work.open?.running === true) return null
  const limit = limitWait(state, now)
  if (limit !== null) return limit
  const own = conversationWait(state, work, now)
  if (own !== null) return own
  if (work.open === null || work.open.notBefore <= now) return null
  return { reason: 'resources', until: iso(work.open.notBefore), detail: 'tried again then, because the last session failed' }
}
