import type { Failure } from '../core/failure.js'
import { recognise } from '../core/finding-identity.js'
import { type Lens, missingLens, type Panel } from '../core/lens.js'
import { unreachable } from '../core/result.js'
import type { Again, SessionOutcome, Usage } from '../core/session.js'
import { type Finding, judge } from '../core/verdict.js'
import { criteriaForReview, type Work } from '../core/work.js'
import { afterSession } from './after-session.js'
import { retryDecision } from './attempt-end.js'
import { holdIfAllFailAlike } from './breaker.js'
import { type Conversation, chooseConversation, knownConversation } from './conversation.js'
import { currentWork, type Engine, failWork, haltFor, record } from './engine.js'
import { weighEvidence } from './evidence.js'
import { interruptionCause } from './interruption.js'
import { putReviewBack } from './review-changes.js'
import { reviewPrompt, roundName } from './review-prompt.js'
import { admitSession, spentWhenCutOff, startSession } from './session.js'
import { sessionRequest } from './session-request.js'
import { assignFindings } from './stage-findings.js'
import { workspaceOf } from './workspace.js'

/** A session that has not seen the work and may only read judges it against its milestone. What cannot be read as a review approves nothing. */
export async function reviewWork(engine: Engine, work: Work): Promise<void> {
  const number = work.reviews + 1
  const lens = lensOf(engine, work)
  const before = await (work.open?.running === true ? afterCrash(engine, work) : interruptedReview(engine, work))
  if (before === 'over') return
  const admission = await admitSession(engine, work, { step: 'review', conversationOf: before?.account ?? null })
  if (admission === null) return
  const start = chooseConversation(engine, before, admission.account)
  const [prompt, held] = await Promise.all([
    keptPrompt(engine, work, { lens, resumes: start.resumes }),
    engine.ports.repository.snapshot(workspaceOf(work).path),
  ])
  if (prompt === null || !held.ok) {
    await admission.ended(null)
    if (prompt !== null && !held.ok) await failWork(engine, work.id, held.error)
    return
  }
  const request = sessionRequest(engine, work, { ...start, step: 'review', number, prompt, env: { ORCH_LENS: lens } })
  const { model } = request
  const started = { type: 'review-started', task: work.id, review: number, lens, ...start, model, tree: held.value } as const
  const outcome = await startSession(engine, work, { request, admission, started })
  if (outcome !== null) await conclude(engine, currentWork(engine, work.id), number, outcome)
}

/** Writes down what the reviewer is shown. @returns the prompt; null: there is no diff, and the work has failed */
async function keptPrompt(engine: Engine, work: Work, as: { readonly lens: Lens; readonly resumes: boolean }): Promise<string | null> {
  const asked = await reviewPrompt(engine, work, as)
  if (asked === null) return null
  const { records } = engine.ports
  const round = roundName(work, as.lens)
  await Promise.all([
    records.write(`diffs/${work.id}-review-${round}.diff`, asked.diff),
    records.write(`prompts/${work.id}-review-${round}.md`, asked.prompt),
  ])
  return asked.prompt
}

/** What the next review of the round looks for: one that was cut off goes on, then come those that have not judged yet. */
const lensOf = (engine: Engine, { open, panel }: Work): Lens =>
  open?.lens ?? missingLens(engine.config.review.lenses, panel) ?? 'correctness'

/** orch died while the review ran: what is in its transcript is not paid for again. @returns `over` when nothing is left to do now */
async function afterCrash(engine: Engine, work: Work): Promise<Conversation | 'over' | null> {
  const number = work.reviews + 1
  const session = work.open?.session ?? ''
  const recalled = await engine.ports.agent.recall(session, 'review', number)
  if (recalled !== null && recalled.kind === 'finished') {
    await conclude(engine, work, number, await afterSession(engine, work, session, recalled))
    return 'over'
  }
  const changed = await putReviewBack(engine, work)
  if (changed === null) return 'over'
  const anew = changed.length > 0
  const usage = await spentWhenCutOff(engine, work)
  if (usage !== null) await record(engine, { type: 'review-interrupted', task: work.id, cause: 'crash', anew, usage })
  return anew ? null : knownConversation(engine, work.open)
}

/** The review to go on with; null: there is none. */
async function interruptedReview(engine: Engine, { open }: Work): Promise<Conversation | null> {
  return open?.resumes === true ? knownConversation(engine, open) : null
}

async function conclude(engine: Engine, work: Work, review: number, outcome: SessionOutcome): Promise<void> {
  const { usage } = outcome
  const changed = await putReviewBack(engine, work)
  if (changed === null) return
  const anew = changed.length > 0
  switch (outcome.kind) {
    case 'limited':
      await record(engine, { type: 'review-interrupted', task: work.id, cause: 'limit', anew, usage })
      return
    case 'stopped':
      return interruptReview(engine, work, outcome, anew)
    case 'failed':
      return failReview(engine, work, { failure: outcome.failure, again: outcome.again, usage })
    case 'finished':
      // It would judge its own work.
      if (anew) return failReview(engine, work, { failure: { reason: 'review-not-readonly', files: changed }, again: 'fresh', usage })
      return readVerdict(engine, work, review, outcome)
    default:
      return unreachable(outcome)
  }
}

type Stopped = SessionOutcome & { kind: 'stopped' }

async function interruptReview(engine: Engine, work: Work, outcome: Stopped, anew: boolean): Promise<void> {
  const { usage } = outcome
  const cause = interruptionCause(work, outcome)
  if (!cause.ok) return failReview(engine, work, { failure: cause.error, again: 'fresh', usage })
  await record(engine, { type: 'review-interrupted', task: work.id, cause: cause.value, anew, usage })
}

async function readVerdict(engine: Engine, work: Work, review: number, outcome: SessionOutcome & { kind: 'finished' }): Promise<void> {
  const { usage } = outcome
  const answer = engine.ports.reviews.read(outcome.structured, outcome.text)
  if (!answer.ok) return failReview(engine, work, { failure: answer.error, again: 'fresh', usage })
  const lens = work.open?.lens ?? 'correctness'
  const findings = recognise(answer.value.findings, earlierFindings(work))
  const criteria = lens === 'correctness' ? criteriaForReview(work.milestone) : []
  const judged = judge({ ...answer.value, findings }, criteria, engine.config.review.bar)
  const weighed = await weighEvidence(engine, work, judged)
  const assigned = weighed.ok ? await assignFindings(engine, work, weighed.value) : weighed
  if (!assigned.ok) return failWork(engine, work.id, assigned.error)
  const verdict = assigned.value
  await engine.ports.records.write(`reviews/${work.id}-${roundName(work, lens)}.json`, `${JSON.stringify(verdict, null, 2)}\n`)
  const given = { lens, ...panelOf(engine), commit: work.head ?? '', verdict, usage }
  await record(engine, { type: 'review-given', task: work.id, review, ...given })
}

/** Newest first, those of the round under way before all. */
const earlierFindings = (work: Work): readonly Finding[] => [
  ...work.panel.flatMap((p) => p.verdict.findings),
  ...work.history.toReversed().flatMap((round) => round.findings),
]

function panelOf({ config }: Engine): { readonly panel?: Panel } {
  const { lenses, quorum } = config.review
  return lenses.length === 1 ? {} : { panel: { lenses, quorum: quorum ?? lenses.length } }
}

async function failReview(engine: Engine, work: Work, end: { failure: Failure; again: Again; usage: Usage }): Promise<void> {
  const { failure, usage } = end
  if (await haltFor(engine, failure)) {
    await record(engine, { type: 'review-interrupted', task: work.id, cause: 'stop', anew: true, usage })
    return
  }
  // A reviewer that failed keeps no work that its conversation would have to continue: the next one is a fresh pair of eyes.
  const again = end.again === 'resume' ? 'fresh' : end.again
  await record(engine, { type: 'review-failed', task: work.id, failure, usage, ...retryDecision(engine, work, { failure, again }) })
  await holdIfAllFailAlike(engine, work)
}
