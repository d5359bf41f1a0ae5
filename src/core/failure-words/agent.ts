import { budgetHint, budgetMessage } from '../budget-hint.js'
import { withDetail } from '../cut-output.js'
import type { Failure, FailureReason } from '../failure.js'
import { type FailureWords, say, type Typed, type WordsFor } from './say.js'

const unavailable = {
  overloaded: "the model's service is overloaded",
  'server-error': "the model's service did not answer",
  network: "the model's service could not be reached",
} as const

function describeSilence({ silentMs, tool }: Failure & { reason: 'agent-silent' }, { logs, retry }: Typed): FailureWords {
  const seconds = Math.round(silentMs / 1000)
  const limit = tool == null ? 'health.stuckAfter' : 'health.toolTimeout'
  return {
    message: `the agent gave no sign of life for ${seconds} s${tool == null ? '' : ` while it ran ${tool}`}, and was ended`,
    hint: `See what it did: ${logs}; ${limit} sets the limit; then: ${retry}`,
  }
}

/** Of the agent and the service behind it. */
export const agentWords = {
  'agent-missing': (failure) =>
    say(
      `the agent program "${failure.command}" was not found`,
      'Install Claude Code (npm install -g @anthropic-ai/claude-code), or set agent.command in .orchestratorrc.json, or try without an account: orch run --rehearse',
    ),
  'agent-misconfigured': (failure) =>
    say(withDetail('the agent program refused to start', failure.detail), 'Check agent.* in .orchestratorrc.json, then: orch doctor'),
  'agent-crashed': (failure, { logs }) =>
    say(withDetail('the agent program ended in the middle of its work', failure.detail), `See what it said: ${logs}`),
  'agent-without-result': (failure, { logs }) =>
    say(`the agent program ended (exit status ${failure.exitCode ?? 'none'}) without a result`, `See what it said: ${logs}`),
  'agent-refused': (failure, { logs }) => say(withDetail('the agent reported an error', failure.detail), `See what it said: ${logs}`),
  'agent-silent': (failure, typed) => describeSilence(failure, typed),
  'agent-timed-out': (failure) =>
    say(
      `the agent took longer than ${Math.round(failure.limitMs / 1000)} s and was ended`,
      'execution.taskTimeout, or timeout in the milestone, sets the limit',
    ),
  'session-lost': (failure) => say(`the agent no longer knows the session ${failure.session}`),
  'service-unavailable': (failure) =>
    say(withDetail(unavailable[failure.cause ?? 'server-error'], failure.detail), 'Once it does: orch resume'),
  'login-refused': (failure) =>
    say(withDetail('the login was refused', failure.detail), 'Log in again (claude setup-token, or claude and /login), then: orch resume'),
  'billing-refused': (failure) =>
    say(withDetail('the account cannot pay for this', failure.detail), 'Settle it with the provider, then: orch resume'),
  'model-unknown': (failure) =>
    say(
      withDetail('the model is unknown to the service', failure.detail),
      'Correct agent.model (or model in the milestone), then: orch resume',
    ),
  'budget-reached': (failure, { retry }) => say(budgetMessage(failure), budgetHint(failure, retry)),
  'context-too-long': (failure) =>
    say(withDetail("the conversation grew past the model's context", failure.detail), 'Cut the milestone into smaller ones'),
} satisfies Partial<WordsFor<FailureReason>>
