import { defaultAccount } from '../core/account.js'
import type { SessionStep } from '../core/session.js'
import type { Work } from '../core/work.js'
import { afterSession } from './after-session.js'
import { concludeAttempt } from './attempt-end.js'
import { attemptPrompt } from './attempt-prompt.js'
import { type Conversation, chooseConversation, knownConversation } from './conversation.js'
import { currentWork, type Engine, failWork, record } from './engine.js'
import { joinBase } from './prepare.js'
import { noteSide } from './resolution.js'
import { admitSession, spentWhenCutOff, startSession } from './session.js'
import { sessionRequest } from './session-request.js'
import { workspaceOf } from './workspace.js'

export type AttemptStep = Exclude<SessionStep, 'review'>

/** Implement, remediate or resolve: a session of the agent in the worktree, and what came of it as a fact. */
export async function carryOutAttempt(engine: Engine, work: Work, step: AttemptStep): Promise<void> {
  if (await adoptFinished(engine, work, step)) return
  const before = await knownConversation(engine, conversationBefore(work, step))
  const admission = await admitSession(engine, work, { step, conversationOf: before?.account ?? null })
  if (admission === null) return
  const start = chooseConversation(engine, before, admission.account)
  if (step === 'resolve' && !start.resumes && !(await layOut(engine, work))) {
    await admission.ended(null)
    return
  }
  const attempt = attemptNumber(work)
  const prompt = await attemptPrompt(engine, work, step, start.resumes)
  await engine.ports.records.write(`prompts/${work.id}-${attempt}-${step}.md`, prompt)
  const request = sessionRequest(engine, work, { ...start, step, number: attempt, prompt })
  const started = { type: 'attempt-started', task: work.id, step, attempt, ...start, model: request.model } as const
  const outcome = await startSession(engine, work, { request, admission, started })
  if (outcome !== null) await concludeAttempt(engine, currentWork(engine, work.id), step, outcome)
}

/** An interrupted attempt goes on under its number; a failed one is followed by the next. */
const attemptNumber = ({ open, attempts }: Work): number => (open === null || open.again ? attempts + 1 : attempts)

/** orch died while the session ran: when its transcript has the end, it is not paid for again. */
async function adoptFinished(engine: Engine, work: Work, step: AttemptStep): Promise<boolean> {
  if (work.open?.running !== true) return false
  const outcome = await engine.ports.agent.recall(work.open.session, step, work.attempts)
  if (outcome === null || outcome.kind !== 'finished') {
    await countCutOff(engine, work)
    return false
  }
  await concludeAttempt(engine, work, step, await afterSession(engine, work, work.open.session, outcome))
  return true
}

/** What a session cost that was cut off together with orch is not forgotten. */
async function countCutOff(engine: Engine, work: Work): Promise<void> {
  const usage = await spentWhenCutOff(engine, work)
  if (usage !== null) await record(engine, { type: 'attempt-interrupted', task: work.id, attempt: work.attempts, cause: 'crash', usage })
}

/** The conversation that this step would go on with; null: there is none. */
function conversationBefore({ open, session, sessionAccount }: Work, step: AttemptStep): Conversation | null {
  if (open !== null) return open.resumes || open.running ? open : null
  return step === 'remediate' && session !== null ? { session, account: sessionAccount ?? defaultAccount } : null
}

/** Both sides of the conflict go into the worktree, for the agent to resolve. Where there is none after all, git merges. */
async function layOut(engine: Engine, work: Work): Promise<boolean> {
  const onto = work.obstacle?.onto
  if (onto === undefined) throw new Error(`Internal error: ${work.id} has no conflict to resolve`)
  const laid = await engine.ports.repository.layOutConflict(workspaceOf(work), onto)
  if (laid.ok && laid.value.files.length > 0) return noteSide(engine, work)
  if (laid.ok) await joinBase(engine, work)
  else await failWork(engine, work.id, laid.error)
  return false
}
