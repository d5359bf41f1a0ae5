import type { CheckResult } from '../core/check.js'
import { counted, listed } from '../core/counted.js'
import type { AgainAt, InterruptionCause, RecordedFact, WorkFact } from '../core/fact.js'
import type { Lens } from '../core/lens.js'
import type { FallbackCause } from '../core/policy/fallback.js'
import { unreachable } from '../core/result.js'
import type { FindingAnswer } from '../core/review-history.js'
import type { SessionStep, Usage } from '../core/session.js'
import { shortCommit } from '../core/short-commit.js'
import type { Verdict } from '../core/verdict.js'
import { duration, money } from './amounts.js'
import { failureLine } from './failure-text.js'
import { type Moment, timeOfDay } from './moment.js'

/** What an agent session does, as a verb: the same word in every view. */
export const doingWord: Readonly<Record<SessionStep, string>> = {
  implement: 'implementing',
  remediate: 'remediating',
  resolve: 'resolving the conflict',
  review: 'reviewing',
}

const doneWord: Readonly<Record<SessionStep, string>> = {
  implement: 'implemented',
  remediate: 'remediated',
  resolve: 'resolved the conflict',
  review: 'reviewed',
}

/** A fact about a task or the whole of a stage, without its name in front. */
export function workWords(fact: RecordedFact & WorkFact, moment: Moment): string {
  switch (fact.type) {
    case 'workspace-opened':
      return `workspace opened on ${fact.branch}`
    case 'workspace-closed':
      return 'workspace removed'
    case 'entry-checked':
      return fact.results.length === 0 ? 'has no entry requirements to run' : `entry requirements: ${results(fact.results)}`
    case 'attempt-started':
      return `${doingWord[fact.step]} (attempt ${fact.attempt}${fact.resumes ? ', same conversation' : ''})`
    case 'attempt-interrupted':
    case 'review-interrupted':
      return `${cutOffBy[fact.cause]}; goes on later where it was${spent(fact.usage)}`
    case 'attempt-finished':
      return `${doneWord[fact.step]}: ${fact.changed ? `changes in ${shortCommit(fact.commit)}` : 'nothing changed'}${answered(fact.answers)}${spent(fact.usage)}`
    case 'attempt-failed':
      return `attempt ${fact.attempt} ${failedWords(fact, moment)}`
    case 'check-flaky':
      return `has a flaky check: ${fact.command} failed on ${shortCommit(fact.commit)} and passed when it was run again`
    case 'checks-finished':
      return fact.results.length === 0 ? 'has no checks to run' : `checks: ${results(fact.results)}`
    case 'review-started':
      return `reviewing (round ${fact.review}${lensWords(fact.lens)})`
    case 'review-given':
      return `review round ${fact.review}${lensWords(fact.lens)}: ${verdictWords(fact.verdict)}${spent(fact.usage)}`
    case 'review-failed':
      return `the review ${failedWords(fact, moment)}`
    case 'task-approved':
      return `approved at ${shortCommit(fact.commit)}`
    case 'approval-given':
      return `approved by a person${noted(fact.note ?? null)}`
    case 'review-asked':
      return `is to be reviewed once more at ${shortCommit(fact.commit)}, as a person asked`
    case 'merge-decided':
      return `is to be merged at ${shortCommit(fact.commit)} whatever its review says, as a person decided${noted(fact.note)}`
    case 'git-believed':
      return `is at ${shortCommit(fact.commit)} in git, not at ${shortCommit(fact.expected)} as saved: git is believed`
    case 'merge-conflicted':
      return `conflicts with what was merged before it: ${listed(fact.files)}`
    case 'combination-refused':
      return `does not fit with what was merged before it: ${results(fact.results)}`
    case 'base-joined':
      return `now holds what was merged before it, at ${shortCommit(fact.commit)}`
    case 'deferred-written':
      return `wrote down ${counted(fact.findings, 'finding')} for later, at ${shortCommit(fact.commit)}`
    case 'start-held':
      return `waits to start: ${fact.detail}`
    case 'session-frozen':
      return `frozen: ${fact.detail}`
    case 'session-thawed':
      return 'goes on'
    case 'task-failed':
      return `failed: ${failureLine(fact.failure)}`
    case 'task-parked':
      return `parked, it needs you: ${failureLine(fact.failure)}`
    case 'task-blocked':
      return `blocked: ${failureLine(fact.failure)}`
    case 'model-changed':
      return `goes on with the model ${fact.to} in place of ${fact.from}: ${changedFor[fact.because]}`
    case 'task-retried':
      return retriedWords(fact)
    case 'milestone-edited':
      return `${fact.file} was edited; the task goes on with the text it began with`
    default:
      return unreachable(fact)
  }
}

const noted = (note: string | null): string => (note === null ? '' : `: ${note}`)

function retriedWords({ milestone, from, keptAs }: RecordedFact & { readonly type: 'task-retried' }): string {
  const how = from === 'scratch' ? 'begun anew' : from === 'review' ? 'tried again, judged anew first' : 'tried again'
  const text = milestone === null ? how : `${how}, with its milestone as it is now`
  return keptAs === undefined ? text : `${text}; what there was is kept as ${keptAs}`
}

const cutOffBy: Readonly<Record<InterruptionCause, string>> = {
  limit: 'cut off by the limit',
  budget: 'stopped, as the budget is used up',
  model: 'stopped for another model',
  memory: 'stopped to give memory back',
  stop: 'stopped',
  crash: 'cut off together with orch',
}

const changedFor: Readonly<Record<FallbackCause, string>> = {
  overloaded: 'the service is overloaded',
  limit: 'its limit is reached',
  'model-unknown': 'there is no such model',
}

/** `all 3 passed`, or which did not. */
export function results(all: readonly CheckResult[]): string {
  const failed = all.filter((r) => !r.passed)
  if (failed.length === 0) return all.length === 1 ? 'passed' : `all ${all.length} passed`
  return `${failed.length} of ${all.length} failed: ${listed(failed.map((r) => r.command))}`
}

const answered = (answers: readonly FindingAnswer[] = []): string =>
  answers.length === 0 ? '' : `, ${counted(answers.length, 'finding')} answered`

/** The whole review needs no name. */
const lensWords = (lens: Lens = 'correctness'): string => (lens === 'correctness' ? '' : `, ${lens}`)

/** A verdict in half a sentence. */
export function verdictWords(verdict: Verdict): string {
  if (verdict.approved)
    return verdict.findings.length === 0 ? 'approved' : `approved, with ${counted(verdict.findings.length, 'finding')} left for later`
  const unmet = verdict.criteria.filter((c) => !c.met).length
  const reasons = [
    ...(verdict.findings.length > 0 ? [counted(verdict.findings.length, 'finding')] : []),
    ...(unmet > 0 ? [`${counted(unmet, 'criterion', 'criteria')} not met`] : []),
  ]
  return reasons.length === 0 ? 'changes requested' : `changes requested: ${reasons.join(', ')}`
}

/** A session that hung has not failed at its work: what is done about it is the news. */
function failedWords({ failure, again: when, counts, usage }: FailedSession, moment: Moment): string {
  if (failure.reason !== 'agent-silent' || counts) return `failed: ${failureLine(failure)}; ${again(when, moment)}${spent(usage)}`
  const remedy =
    when === null ? 'given up' : when.session === 'resume' ? 'nudged, in the same conversation' : 'restarted, in a new conversation'
  return `hung: ${failureLine(failure)}; ${remedy}${spent(usage)}`
}

type FailedSession = WorkFact & { readonly type: 'attempt-failed' | 'review-failed' }

function again(when: AgainAt | null, moment: Moment): string {
  if (when === null) return 'given up'
  const how = when.session === 'fresh' ? 'in a new conversation' : 'in the same conversation'
  return when.at <= moment.now ? `again now, ${how}` : `again at ${timeOfDay(when.at, moment.timeZone)}, ${how}`
}

const spent = (usage: Usage): string =>
  usage.durationMs === 0 && usage.costUsd === 0
    ? ''
    : ` (${duration(usage.durationMs)}, ${(usage.estimatedUsd ?? 0) > 0 ? 'about ' : ''}${money(usage.costUsd)})`
