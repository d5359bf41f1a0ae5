import { type AccountName, defaultAccount, sharesConversations } from '../core/account.js'
import type { SessionStep } from '../core/session.js'
import type { Work } from '../core/work.js'
import { afterSession } from './after-session.js'
import { concludeAttempt } from './attempt-end.js'
import { attemptPrompt } from './attempt-prompt.js'
import { currentWork, type Engine, failWork, record, stateOf } from './engine.js'
import { joinBase } from './prepare.js'
import { admitSession, modelFor, runSession, spentWhenCutOff } from './session.js'
import { workspaceOf } from './workspace.js'

export type AttemptStep = Exclude<SessionStep, 'review'>

/** How a session that changes code is begun: its number, its conversation, and whether that exists already. */
interface Start {
  readonly attempt: number
  readonly session: string
  readonly resumes: boolean
  readonly account: AccountName
}

/** Implement, remediate or resolve: a session of the agent in the worktree, and what came of it as a fact. */
export async function carryOutAttempt(engine: Engine, work: Work, step: AttemptStep): Promise<void> {
  if (await adoptFinished(engine, work, step)) return
  const before = await previousConversation(engine, work, step)
  const admission = await admitSession(engine, work, { step, conversationOf: before?.account ?? null })
  if (admission === null) return
  const start = chooseStart(engine, work, { before, account: admission.account })
  if (step === 'resolve' && !start.resumes && !(await layOut(engine, work))) {
    await admission.ended(null)
    return
  }
  const prompt = await attemptPrompt(engine, work, step, start.resumes)
  await engine.ports.records.write(`prompts/${work.id}-${start.attempt}-${step}.md`, prompt)
  const request = sessionRequest(engine, work, step, { ...start, prompt })
  // The account may have closed while this was made ready.
  if (!admission.isOpen()) {
    await admission.ended(null)
    return
  }
  await record(engine, { type: 'attempt-started', task: work.id, step, ...start, model: request.model })
  const outcome = await runSession(engine, work, request, admission)
  await concludeAttempt(engine, currentWork(engine, work.id), step, outcome)
}

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

/** The conversation to go on with, and who has paid for it so far; null: there is none. */
async function previousConversation(engine: Engine, work: Work, step: AttemptStep): Promise<Conversation | null> {
  const previous = conversationBefore(work, step)
  return previous !== null && (await engine.ports.agent.knows(previous.session)) ? previous : null
}

interface Conversation {
  readonly session: string
  readonly account: AccountName
}

function conversationBefore({ open, session, sessionAccount }: Work, step: AttemptStep): Conversation | null {
  if (open !== null) return open.resumes || open.running ? open : null
  return step === 'remediate' && session !== null ? { session, account: sessionAccount ?? defaultAccount } : null
}

function chooseStart(engine: Engine, work: Work, by: { before: Conversation | null; account: AccountName }): Start {
  const { open } = work
  const { before, account } = by
  // An interrupted attempt goes on under its number; a failed one is followed by the next.
  const attempt = open === null || open.again ? work.attempts + 1 : work.attempts
  if (before !== null && sharesConversations(engine.options.accounts, before.account, account))
    return { attempt, session: before.session, resumes: true, account }
  return { attempt, session: engine.ports.chance.uuid(), resumes: false, account }
}

/** Both sides of the conflict go into the worktree, for the agent to resolve. Where there is none after all, git merges. */
async function layOut(engine: Engine, work: Work): Promise<boolean> {
  const onto = work.obstacle?.onto
  if (onto === undefined) throw new Error(`Internal error: ${work.id} has no conflict to resolve`)
  const laid = await engine.ports.repository.layOutConflict(workspaceOf(work), onto)
  if (laid.ok && laid.value.files.length > 0) return true
  if (laid.ok) await joinBase(engine, work)
  else await failWork(engine, work.id, laid.error)
  return false
}

function sessionRequest(engine: Engine, work: Work, step: AttemptStep, start: Start & { prompt: string }) {
  const { agent, execution, health } = engine.config
  return {
    run: stateOf(engine).run,
    task: work.id,
    step,
    session: start.session,
    account: start.account,
    resumes: start.resumes,
    number: start.attempt,
    cwd: workspaceOf(work).path,
    prompt: start.prompt,
    answerSchema: null,
    model: modelFor(engine, work, step),
    effort: work.milestone?.effort ?? agent.effort,
    budgetUsd: agent.budgetUsd,
    timeoutMs: work.milestone?.timeoutMs ?? execution.taskTimeoutMs,
    idleMs: health.stuckAfterMs,
    toolIdleMs: health.toolTimeoutMs,
  }
}
