import { type AccountName, defaultAccount } from '../core/account.js'
import type { BudgetUse } from '../core/budget.js'
import { describeUse } from '../core/budget-words.js'
import { allPassed } from '../core/check.js'
import { counted, listed } from '../core/counted.js'
import type { Progress, RecordedFact, RunEnding, RunFact, StageFact } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { unreachable } from '../core/result.js'
import type { RunState } from '../core/run-state.js'
import { shortCommit } from '../core/short-commit.js'
import { duration, money } from './amounts.js'
import { failureLine, isSameFailure } from './failure-text.js'
import { oneLine } from './harmless.js'
import { type Moment, until } from './moment.js'
import { results, workWords } from './work-wording.js'

/**
 * What happened, as one harmless line that names whom it concerns.
 * @param state of the run: with it a stage's failure that is a task's own is told by naming the task
 */
export const factSentence = (fact: RecordedFact, moment: Moment, state: RunState | null = null): string =>
  oneLine(words(fact, moment, state))

/** A task's id as it is; the whole of a stage as `stage 2`. */
export const workName = (id: string): string => id.replace(/^stage-(\d+)$/, 'stage $1')

type Recorded<F> = RecordedFact & F

function words(fact: RecordedFact, moment: Moment, state: RunState | null): string {
  if ('task' in fact) return `${workName(fact.task)} ${workWords(fact, moment)}`
  if ('stage' in fact) return `stage ${fact.stage} ${stageWords(fact, state)}`
  return runWords(fact, moment, state)
}

/** Why a stage or a run ended as it did: the task that is the cause, or the failure itself. */
function because(failure: Failure | null, moment: Moment | null, state: RunState | null): string {
  if (failure === null || failure.reason === 'interrupted') return ''
  const culprits = Object.values(state?.work ?? {}).filter((w) => isSameFailure(w.failure, failure))
  if (culprits.length > 0) return `, because of ${listed(culprits.map((w) => workName(w.id)))}`
  if (failure.reason === 'limit-reached' && failure.until !== null && moment !== null)
    return `: the account's limit is reached until ${until(Date.parse(failure.until), moment)}`
  return `: ${failureLine(failure)}`
}

function runWords(fact: Recorded<RunFact>, moment: Moment, state: RunState | null): string {
  switch (fact.type) {
    case 'run-started': {
      const tasks = fact.stages.reduce((sum, stage) => sum + stage.tasks.length, 0)
      const how = `${fact.withoutReview ? ', without review' : ''}${fact.rehearsal ? ', as a rehearsal' : ''}`
      const plan = `${counted(tasks, 'task')} in ${counted(fact.stages.length, 'stage')}`
      return `run ${fact.run} started: ${plan}, from ${fact.baseBranch} at ${shortCommit(fact.baseCommit)}${how}`
    }
    case 'run-resumed':
      return `run ${fact.run} resumed`
    case 'run-ended':
      return `run ${fact.run} ${endingWords[fact.ending]}${because(fact.failure, moment, state)}`
    case 'budget-set':
      return `the run may ${[
        ...(fact.maxUsd === null ? [] : [`cost ${money(fact.maxUsd)}`]),
        ...(fact.maxDurationMs === null ? [] : [`work for ${duration(fact.maxDurationMs)}`]),
      ].join(' and ')} in all`
    case 'budget-warned':
      return `${budgetOwner(fact)} is used to ${Math.floor((fact.used / fact.limit) * 100)} %: ${describeUse(fact)}`
    case 'windows-seen':
      return `the windows of ${isNamed(fact.account, state) ? `the account ${fact.account}` : 'the account'}: ${listed(fact.windows.map((w) => `${w.window.replaceAll('_', ' ')} ${Math.round(w.utilization * 100)} % used`))}`
    case 'survivors-ended':
      return `ended ${counted(fact.pids.length, 'process', 'processes')} left over from before: ${listed(fact.pids.map(String))}`
    case 'accounts-chosen':
      return `sessions may be paid by: ${listed(fact.accounts, 12)}`
    case 'limit-hit':
      return limitHitWords(fact, moment, state)
    case 'checkout-changed':
      return `changed while ${listed(fact.tasks.map(workName))} worked, and not by their sessions as far as can be told, so taken for yours: ${listed(fact.files)}`
    case 'limit-lifted':
      return isNamed(fact.account, state) ? `the limit of the account ${fact.account} is lifted` : 'the limit is lifted: work goes on'
    case 'concurrency-changed':
      return concurrencyWords(fact, state)
    default:
      return unreachable(fact)
  }
}

/** The run's accounts, as far as they are known. */
type Accounts = Pick<RunState, 'accounts'> | null

/** Where there is no other account than the program's own login, its name says nothing. */
const isNamed = (account: AccountName, pool: Accounts): boolean => account !== defaultAccount || (pool?.accounts.length ?? 1) > 1

function limitHitWords(fact: Recorded<RunFact> & { type: 'limit-hit' }, moment: Moment, state: RunState | null): string {
  const where = isNamed(fact.account, state) ? ' on it' : ''
  const guess = fact.guessed ? '; the instant is a guess' : ''
  return `${limitWords(fact, state)}: nothing starts${where} until ${until(fact.until, moment)}${guess}`
}

/** Which limit it is, and whose where there are several accounts. */
export function limitWords(
  { window, account }: { readonly window: string | null; readonly account: AccountName },
  pool: Accounts = null,
): string {
  const limit = window === null ? 'limit' : `${window.replaceAll('_', ' ')} limit`
  return isNamed(account, pool) ? `the ${limit} of the account ${account} is reached` : `the account's ${limit} is reached`
}

/** How many sessions an account bears now; null: as many as configured. */
export function concurrencyWords(
  { account, sessions }: { readonly account: AccountName; readonly sessions: number | null },
  pool: Accounts = null,
): string {
  const where = isNamed(account, pool) ? ` on the account ${account}` : ''
  return sessions === null
    ? `as many sessions at a time as configured again${where}`
    : `at most ${counted(sessions, 'session')} at a time${where} for now`
}

/** How a run ended, as the rest of a sentence. */
export const endingWords: Readonly<Record<RunEnding, string>> = {
  done: 'is done',
  failed: 'failed',
  paused: 'paused',
  'needs-person': 'needs you',
  surroundings: 'could not go on',
  interrupted: 'was interrupted',
}

function stageWords(fact: Recorded<StageFact>, state: RunState | null): string {
  switch (fact.type) {
    case 'stage-started':
      return `started: ${listed(
        fact.milestones.map((m) => m.id),
        12,
      )}`
    case 'base-checked':
      return baseWords(fact)
    case 'tasks-combined': {
      const which =
        fact.merges.length === 0
          ? 'nothing new'
          : listed(
              fact.merges.map((m) => m.task),
              12,
            )
      const checks = fact.results.length === 0 ? 'no checks to run' : `checks: ${results(fact.results)}`
      const structural = fact.merges.flatMap((m) => (m.structural ?? []).map((file) => `${file} (${m.task})`))
      const byStructure = structural.length === 0 ? '' : `; merged by structure: ${listed(structural)}`
      return `combined ${which}${byStructure}; ${checks}${fact.complete ? '; nothing is missing' : ''}`
    }
    case 'stage-landed':
      return `landed: ${fact.branch} moved from ${shortCommit(fact.from)} to ${shortCommit(fact.to)}`
    case 'stage-published':
      return fact.requests.length === 0 ? 'has nothing to publish' : `is published: ${listed(fact.requests.map((r) => r.url))}`
    case 'stage-undone':
      return `is undone: ${fact.branch} ${fact.how === 'reverted' ? 'took it back by a commit' : 'went back'}, from ${shortCommit(fact.from)} to ${shortCommit(fact.to)}${fact.keptAs === null ? '' : `; the old tip is kept as ${fact.keptAs}`}`
    case 'stage-held':
      return `is held back${because(fact.failure, null, state)}`
    case 'stage-failed':
      return `failed${because(fact.failure, null, state)}`
    default:
      return unreachable(fact)
  }
}

/** Told before anything is paid for, as every session would be told to mend what was broken before it. */
function baseWords({ commit, results: all, flaky }: Recorded<StageFact> & { type: 'base-checked' }): string {
  const where = `starts from ${shortCommit(commit)}`
  return allPassed(all)
    ? `${where}, where the checks pass${flaky.length === 0 ? '' : `; flaky: ${listed(flaky)}`}`
    : `${where}, which is red before anything began: ${results(all)}`
}

const budgetOwner = ({ scope, of }: BudgetUse): string =>
  scope === 'run' ? "the run's budget" : scope === 'stage' ? `the budget of stage ${of}` : `the budget of ${of}`

const waitingWords = { limit: 'waiting for the limit', retry: 'waiting to try again', pace: 'waiting for its turn' } as const

/** What goes on right now, as one harmless line. */
export function progressSentence(progress: Progress, moment: Moment): string {
  switch (progress.type) {
    case 'session-progressed': {
      const cost = progress.costUsd === null ? '' : ` (${progress.estimated === true ? 'about ' : ''}${money(progress.costUsd)})`
      return oneLine(`${workName(progress.task)} ${progress.doing}${cost}`)
    }
    case 'command-running':
      return oneLine(`${workName(progress.task)} running ${progress.command}`)
    case 'waiting': {
      const who = progress.task === null ? '' : `${workName(progress.task)} `
      const what = waitingWords[progress.reason]
      const detail = progress.detail.trim() === '' ? '' : `: ${progress.detail}`
      return oneLine(`${who}${what} until ${until(progress.until, moment)}${detail}`)
    }
    case 'noticed':
      return oneLine(progress.text)
    default:
      return unreachable(progress)
  }
}
