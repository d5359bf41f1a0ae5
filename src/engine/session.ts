import type { AccountName } from '../core/account.js'
import type { Fact, WorkId } from '../core/fact.js'
import { sessionBudget } from '../core/policy/budget.js'
import { fallbackFor, modelsWhenOverloaded } from '../core/policy/fallback.js'
import { noUsage, type SessionOutcome, type SessionStep, type Usage } from '../core/session.js'
import type { Work } from '../core/work.js'
import { afterSession, watched } from './after-session.js'
import { budgetFailure } from './budget.js'
import { currentWork, type Engine, record, stateOf } from './engine.js'
import type { Admission } from './gate.js'
import { hitLimit } from './limit.js'
import type { SessionRequest } from './ports/agent.js'

/** Waits until a session may start: its budgets have something left, and the gate lets it through. Null: it must not. */
export async function admitSession(
  engine: Engine,
  work: Work,
  wanted: { readonly step: SessionStep; readonly conversationOf: AccountName | null },
): Promise<Admission | null> {
  if (!(await hasBudget(engine, work.id))) return null
  if (!(await engine.pace.admit(work.id, work.milestone?.priority === 'critical'))) return null
  const admission = await engine.gate.admit({ task: work.id, notBefore: work.open?.notBefore ?? 0, ...wanted })
  if (admission === null) return null
  // Others went on meanwhile.
  if (await hasBudget(engine, work.id)) return admission
  await admission.ended(null)
  return null
}

/** Work whose own budget is used up waits for a person, with all that it has done; where it is the run's, the run pauses. */
async function hasBudget(engine: Engine, task: WorkId): Promise<boolean> {
  await engine.budgets.warn(task)
  const use = engine.budgets.refuses(task)
  if (use === null) return true
  if (engine.budgets.reached(use)) await record(engine, { type: 'task-parked', task, failure: budgetFailure(use) })
  return false
}

/** A session that the gate has admitted, and the fact that is saved before it starts. */
interface ReadySession {
  readonly request: SessionRequest
  readonly admission: Admission
  readonly started: Fact
}

/** Starts what was made ready and waits for its end. Null: the account has closed meanwhile or a budget is used up, and nothing was begun. */
export async function startSession(engine: Engine, work: Work, ready: ReadySession): Promise<SessionOutcome | null> {
  const { admission, request } = ready
  if (!admission.isOpen() || engine.budgets.claims(work.id) !== null) {
    await admission.ended(null)
    return null
  }
  await record(engine, ready.started)
  engine.budgets.started(work.id)
  return runSession(engine, work, request, admission)
}

/** The model that a session of this step is asked for; null: the program's own choice. */
export function modelFor(engine: Engine, work: Work, step: SessionStep): string | null {
  const { agent } = engine.config
  if (work.model !== null) return work.model
  const ofStep = agent.models[step]
  return (step === 'review' ? (ofStep ?? work.milestone?.model) : (work.milestone?.model ?? ofStep)) ?? agent.model
}

/**
 * Runs a session that the gate has admitted, under watch: one that wrote outside of its worktree has failed, whatever it says.
 * A limit that it meets is recorded before what came of the session.
 */
async function runSession(engine: Engine, work: Work, request: SessionRequest, admission: Admission): Promise<SessionOutcome> {
  const { task } = request
  const leased = await engine.ports.leases.take(task, request.cwd)
  if (!leased.ok) {
    await admission.ended(null)
    return { kind: 'failed', usage: noUsage, failure: leased.error, again: 'never' }
  }
  const budget = sessionBudget(engine.budgets.usesOf(task), request.budgetUsd)
  const fallbackModels = request.model === null ? [] : modelsWhenOverloaded(request.model, engine.config.agent.fallback)
  const meter = engine.budgets.meter(task)
  await engine.watch.begin(watched(work, request.session), stateOf(engine))
  const ended = await engine.ports.agent.run(
    { ...request, env: { ...request.env, ...leased.value }, budgetUsd: budget?.usd ?? null, fallbackModels },
    ({ answered, doing, used }) => {
      if (answered) admission.answered()
      meter.used(used)
      engine.pace.used(task, used)
      tellProgress(engine, { task, doing, used })
    },
    AbortSignal.any([engine.halt.hard, meter.stop, admission.evicted]),
  )
  await meter.close(ended.usage)
  engine.pace.ended(task, ended.usage)
  if (ended.windows !== undefined) await record(engine, { type: 'windows-seen', account: request.account, windows: ended.windows })
  const isEvicted = admission.evicted.aborted && !engine.halt.hard.aborted
  const outcome = withBudgets(engine, isEvicted && ended.kind === 'stopped' ? { ...ended, because: 'memory' } : ended, {
    task,
    scope: budget?.scope ?? 'session',
    isOver: meter.stop.aborted,
  })
  const replaced = await replaceModel(engine, request, outcome)
  if (outcome.kind === 'limited' && !replaced) await hitLimit(engine, request.account, outcome.limit)
  await admission.ended(outcome)
  const judged = await afterSession(engine, work, request.session, outcome)
  return replaced && judged === outcome ? { kind: 'stopped', usage: outcome.usage, because: 'model' } : judged
}

function tellProgress(engine: Engine, { task, doing, used }: { task: WorkId; doing: string | null; used: Usage }): void {
  if (doing === null) return
  const costUsd = used.costUsd > 0 ? used.costUsd : null
  const estimated = (used.estimatedUsd ?? 0) > 0
  engine.ports.listener.progressed({ type: 'session-progressed', task, doing, costUsd, estimated })
}

/** A session that ended because the program was told what is left of a greater budget is no failure of the work. */
function withBudgets(
  engine: Engine,
  outcome: SessionOutcome,
  by: { readonly task: WorkId; readonly scope: string; readonly isOver: boolean },
): SessionOutcome {
  const { usage } = outcome
  if (outcome.kind === 'stopped' && by.isOver) return { kind: 'stopped', usage, because: 'budget' }
  if (outcome.kind !== 'failed' || outcome.failure.reason !== 'budget-reached') return outcome
  if (outcome.failure.measure !== 'usd' || by.scope === 'session') return outcome
  const use = engine.budgets.usesOf(by.task).find((u) => u.scope === by.scope && u.measure === 'usd')
  if (use !== undefined) engine.budgets.reached({ ...use, used: use.used + usage.costUsd })
  return { kind: 'stopped', usage, because: 'budget' }
}

/** @returns whether the work goes on with another model */
async function replaceModel(engine: Engine, request: SessionRequest, outcome: SessionOutcome): Promise<boolean> {
  const from = request.model
  const found = from === null ? null : fallbackFor(outcome, from, engine.config.agent.fallback)
  // One that did not serve is not gone back to: two rules might send work to and fro for ever.
  if (from === null || found === null || currentWork(engine, request.task).unservedBy.includes(found.to)) return false
  await record(engine, { type: 'model-changed', task: request.task, from, ...found })
  return true
}

/** What a session used up that was cut off together with orch, as far as it can be told; null: nothing that is known. */
export async function spentWhenCutOff(engine: Engine, work: Work): Promise<Usage | null> {
  if (work.open === null) return null
  const { session, step, startedAt } = work.open
  const usage = await engine.ports.agent.spent(session, step, startedAt)
  return usage === null || (usage.costUsd === 0 && usage.inputTokens === 0 && usage.toolUses === 0) ? null : usage
}
