import { secretRedactor } from '../../../src/adapters/processes/secret-redactor.js'
import { budgetKey, isUsedUp } from '../../../src/core/budget.js'
import { budgetsOf } from '../../../src/core/policy/budget.js'
import { type RunState, workOf } from '../../../src/core/run-state.js'
import { noUsage, type SessionOutcome, type Usage } from '../../../src/core/session.js'
import type { Agent, SessionRequest } from '../../../src/engine/ports/agent.js'
import type { Journal } from '../../../src/engine/ports/journal.js'
import type { Invocation } from './agent-program.js'
import type { SessionStart } from './evidence.js'
import { environment } from './ground-rules.js'
import type { Life } from './life.js'
import type { Settings } from './settings.js'
import type { Universe } from './universe.js'

/** The agent program as one life of orch meets it; what it says comes without the secrets that orch knows. */
export function livingAgent(universe: Universe, life: Life, journal: Journal): Agent {
  const { program, evidence } = universe
  const { settings } = universe
  const redacted = (outcome: SessionOutcome | null) => (outcome === null ? null : withoutSecrets(universe, outcome))
  return {
    run: async (request, hear, stop) => {
      await life.deed('starting a session', () => undefined)
      if (stop.aborted) return { kind: 'stopped', usage: noUsage }
      evidence.starts.push(describeStart(universe, { journal, settings }, request))
      const outcome = await life.awaited(program.run(request, (progress) => (life.isOver ? undefined : hear(progress)), stop))
      if (isOfTheSurroundings(outcome)) evidence.surroundingsFailed = true
      return life.deed('hearing the end of a session', () => withoutSecrets(universe, outcome))
    },
    freeze: () => Promise.resolve(false),
    thaw: () => Promise.resolve(),
    recall: (session, step, number) => life.deed('recalling a session', () => redacted(program.recall(session, step, number))),
    spent: (session, step) => life.deed('looking at what a session cost', () => program.spent(session, step)),
    knows: (session) => life.deed('looking for a conversation', () => program.knows(session)),
  }
}

const redactor = secretRedactor(environment)

function withoutSecrets({ sabotage }: Universe, outcome: SessionOutcome): SessionOutcome {
  const text = JSON.stringify(outcome)
  const redacted = redactor.redact(text)
  return redacted === text || sabotage === 'a secret is written' ? outcome : (JSON.parse(redacted) as SessionOutcome)
}

const isOfTheSurroundings = (outcome: SessionOutcome): boolean =>
  outcome.kind === 'failed' && ['login-refused', 'billing-refused', 'disk-full'].includes(outcome.failure.reason)

interface Known {
  readonly journal: Journal
  readonly settings: Settings
}

/** What has finished is not to be done again as if it had been cut off. */
const isAccountedFor = ({ told }: Invocation): boolean => told !== null && !told.endsWith('-interrupted')

function describeStart(universe: Universe, { journal, settings }: Known, request: SessionRequest): SessionStart {
  const { program, worktrees, git } = universe
  const { run, task, step, session, number, cwd } = request
  const place = worktrees.get(cwd)
  const branchTip = place === undefined || place.branch === null ? undefined : git.branches.get(place.branch)
  const unpaid = program.invocations.find((i) => i.run === run && i.task === task && i.end === 'finished' && !isAccountedFor(i))
  return {
    ...{ run, task, step, session, number, state: journal.state },
    most: settings.concurrency,
    usedUp: usedUp(universe, journal.state, { settings, task }),
    atOnce: program.running.length + 1,
    survivors: program.running.filter((i) => i.life !== program.life).map(nameOf),
    head: branchTip ?? place?.head ?? '',
    unpaid: unpaid === undefined ? null : nameOf(unpaid),
  }
}

const nameOf = ({ task, step, number }: Invocation): string => `${task} ${step} ${number}`

/** A budget of which nothing is left when a session starts, with what no fact tells of yet; null: there is none. */
function usedUp({ program, clock }: Universe, state: RunState, { settings, task }: { settings: Settings; task: string }): string | null {
  // What a task cost that git kept from being brought to its end is counted when that is retried.
  const isLeftOpen = (i: Invocation): boolean => state.work[i.task]?.phase === 'failed'
  const untold = program.invocations.filter((i) => i.run === state.run && i.told === null && !isLeftOpen(i))
  const live = new Map<string, Usage>(untold.map((i) => [i.task, i.used]))
  const uses = budgetsOf(state, settings.config.budget, workOf(state, task), { live, now: clock.now() })
  // This session is one of those that are counted.
  const over = uses.find((use) => (use.measure === 'sessions' ? use.used > use.limit : isUsedUp(use)))
  return over === undefined ? null : budgetKey(over)
}
