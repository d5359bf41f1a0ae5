import { secretRedactor } from '../../../src/adapters/processes/secret-redactor.js'
import { noUsage, type SessionOutcome } from '../../../src/core/session.js'
import type { Agent, Journal, SessionRequest } from '../../../src/engine/ports.js'
import type { Invocation } from './agent-program.js'
import type { SessionStart } from './evidence.js'
import { environment } from './ground-rules.js'
import type { Life } from './life.js'
import type { Universe } from './universe.js'

/** The agent program as one life of orch meets it; what it says comes without the secrets that orch knows. */
export function livingAgent(universe: Universe, life: Life, journal: Journal): Agent {
  const { program, evidence } = universe
  const redacted = (outcome: SessionOutcome | null) => (outcome === null ? null : withoutSecrets(universe, outcome))
  return {
    run: async (request, _hear, stop) => {
      await life.deed('starting a session', () => undefined)
      if (stop.aborted) return { kind: 'stopped', usage: noUsage }
      evidence.starts.push(describeStart(universe, journal, request))
      const outcome = await life.awaited(program.run(request, stop))
      if (isOfTheSurroundings(outcome)) evidence.surroundingsFailed = true
      return life.deed('hearing the end of a session', () => withoutSecrets(universe, outcome))
    },
    freeze: () => Promise.resolve(false),
    thaw: () => Promise.resolve(),
    recall: (session, step, number) => life.deed('recalling a session', () => redacted(program.recall(session, step, number))),
    spent: () => life.deed('looking at what a session cost', () => null),
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

function describeStart({ program, worktrees, git }: Universe, journal: Journal, request: SessionRequest): SessionStart {
  const { run, task, step, session, number, cwd } = request
  const place = worktrees.get(cwd)
  const branchTip = place === undefined || place.branch === null ? undefined : git.branches.get(place.branch)
  const unpaid = program.invocations.find((i) => i.run === run && i.task === task && i.end === 'finished' && i.told === null)
  return {
    ...{ run, task, step, session, number, state: journal.state },
    atOnce: program.running.length + 1,
    survivors: program.running.filter((i) => i.life !== program.life).map(nameOf),
    head: branchTip ?? place?.head ?? '',
    unpaid: unpaid === undefined ? null : nameOf(unpaid),
  }
}

const nameOf = ({ task, step, number }: Invocation): string => `${task} ${step} ${number}`
