import { attemptMessage, boardMessage } from '../core/commit-message.js'
import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { afterFailedSession } from '../core/policy/retry.js'
import { ok, type Result, unreachable } from '../core/result.js'
import { answersToOpen, type FindingAnswer } from '../core/review-history.js'
import { stageOf } from '../core/run-state.js'
import type { Again, SessionOutcome, Usage } from '../core/session.js'
import type { Work } from '../core/work.js'
import type { AttemptStep } from './attempt.js'
import { landedState, writeBoard } from './board.js'
import { holdIfAllFailAlike } from './breaker.js'
import { type Engine, haltFor, record, stateOf } from './engine.js'
import { moveIntegration } from './integration.js'
import { interruptionCause } from './interruption.js'
import { saveResolution } from './resolution.js'
import { isWhole, workspaceOf } from './workspace.js'

/** Turns the end of a session that changes code into facts. The agent edits, orch commits. */
export async function concludeAttempt(engine: Engine, work: Work, step: AttemptStep, outcome: SessionOutcome): Promise<void> {
  const ended = { task: work.id, attempt: work.attempts, usage: outcome.usage }
  switch (outcome.kind) {
    case 'limited':
      await record(engine, { type: 'attempt-interrupted', cause: 'limit', ...ended })
      return
    case 'stopped':
      return interruptAttempt(engine, work, outcome)
    case 'failed':
      return failAttempt(engine, work, { failure: outcome.failure, again: outcome.again, usage: outcome.usage })
    case 'finished':
      return finishAttempt(engine, work, step, outcome)
    default:
      return unreachable(outcome)
  }
}

type Stopped = SessionOutcome & { kind: 'stopped' }

async function interruptAttempt(engine: Engine, work: Work, outcome: Stopped): Promise<void> {
  const { usage } = outcome
  const cause = interruptionCause(work, outcome)
  if (!cause.ok) return failAttempt(engine, work, { failure: cause.error, again: 'resume', usage })
  await record(engine, { type: 'attempt-interrupted', task: work.id, attempt: work.attempts, cause: cause.value, usage })
}

async function failAttempt(engine: Engine, work: Work, end: { failure: Failure; again: Again; usage: Usage }): Promise<void> {
  const { failure, usage } = end
  if (await haltFor(engine, failure)) {
    await record(engine, { type: 'attempt-interrupted', task: work.id, attempt: work.attempts, cause: 'stop', usage })
    return
  }
  const decision = retryDecision(engine, work, end)
  await record(engine, { type: 'attempt-failed', task: work.id, attempt: work.attempts, failure, usage, ...decision })
  await holdIfAllFailAlike(engine, work)
}

export function retryDecision(engine: Engine, work: Work, end: { failure: Failure; again: Again }) {
  const { retries, retryDelayMs, retryFactor, retryMaxMs } = engine.config.execution
  const policy = { retries: work.milestone?.retries ?? retries, delayMs: retryDelayMs, factor: retryFactor, maxMs: retryMaxMs }
  return afterFailedSession(end.failure, end.again, work, policy, { now: engine.ports.clock.now(), random: engine.ports.chance.fraction() })
}

async function finishAttempt(engine: Engine, work: Work, step: AttemptStep, outcome: Finished): Promise<void> {
  const { usage } = outcome
  const saved = await saveWork(engine, work, step, outcome.text)
  if (!saved.ok) {
    // Nothing is recorded: the session is whole in its transcript, from where it is taken when the run goes on.
    if (await haltFor(engine, saved.error)) return
    // A session that is repeated may mend what cannot be committed yet; git's own faults are for a person.
    return failAttempt(engine, work, { failure: saved.error, again: againAfter(saved.error, work), usage })
  }
  const { commit, changed } = saved.value
  if (step === 'implement' && !changed && work.milestone?.allowEmpty !== true)
    return failAttempt(engine, work, { failure: whyEmpty(outcome), again: 'resume', usage })
  const session = work.open?.session ?? ''
  const ended = { task: work.id, attempt: work.attempts, step, session, commit, changed, usage }
  await record(engine, { type: 'attempt-finished', ...ended, ...answersOf(engine, work, { step, text: outcome.text }) })
}

/** Of all that the session says of its work, only what it answers to the points of the last review is kept. */
function answersOf(engine: Engine, work: Work, said: { step: AttemptStep; text: string }): { answers?: readonly FindingAnswer[] } {
  const answers = said.step === 'remediate' ? answersToOpen(work.history, engine.ports.reviews.answers(said.text)) : []
  return answers.length === 0 ? {} : { answers }
}

/** Whoever was told once what is wrong with a resolution is not asked a third time. */
const againAfter = (failure: Failure, work: Work): Again =>
  failure.reason === 'conflict-unresolved' || (failure.reason === 'resolution-refused' && work.refusal === null) ? 'resume' : 'never'

type Finished = SessionOutcome & { readonly kind: 'finished' }

const whyEmpty = ({ refused }: Finished): Failure =>
  refused === undefined ? { reason: 'empty-diff' } : { reason: 'permission-refused', tools: refused }

type Saved = Result<{ commit: CommitId; changed: boolean }, Failure>

function saveWork(engine: Engine, work: Work, step: AttemptStep, said: string): Promise<Saved> {
  if (isWhole(work)) return saveWhole(engine, work)
  return step === 'resolve' ? saveResolution(engine, work, said) : saveTask(engine, work, step)
}

function saveTask(engine: Engine, work: Work, step: AttemptStep): Promise<Saved> {
  const workspace = workspaceOf(work)
  const since = step === 'implement' ? workspace.base : (work.head ?? workspace.base)
  const message = attemptMessage(stateOf(engine).run, work, work.attempts)
  const evenIfEmpty = step === 'implement' && work.milestone?.allowEmpty === true
  return engine.ports.repository.commitWork(workspace, { message, since, never: engine.config.git.envFiles, evenIfEmpty })
}

/** A change to the merged stage goes on top of its integration branch, and TASKS.md follows. */
async function saveWhole(engine: Engine, work: Work): Promise<Saved> {
  const { repository } = engine.ports
  const { path } = workspaceOf(work)
  const { integration } = stageOf(stateOf(engine), work.stage)
  const parent = work.head ?? integration
  if (parent === null) throw new Error(`Internal error: ${work.id} has no commit to build on`)
  const { run } = stateOf(engine)
  const commit = { message: attemptMessage(run, work, work.attempts), parent, never: engine.config.git.envFiles }
  const saved = await repository.commitScratch(path, commit)
  if (!saved.ok) return saved
  if (saved.value === parent) return ok({ commit: parent, changed: false })
  const { stage } = work
  const message = boardMessage(run, stage, engine.config.tasksFile)
  const boarded = await writeBoard(engine, saved.value, {
    state: landedState(engine, stage, { merges: [], tip: saved.value }),
    stage,
    message,
  })
  if (!boarded.ok) return boarded
  const moved = await moveIntegration(engine, work.stage, boarded.value)
  if (!moved.ok) return moved
  const there = await repository.openScratch(path, boarded.value)
  return there.ok ? ok({ commit: boarded.value, changed: true }) : there
}
