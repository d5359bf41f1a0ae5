import { expect, test } from 'vitest'
import { sessionEnvironment } from '../../../src/adapters/claude/environment.js'
import { defaultConfig } from '../../../src/core/config.js'
import type { SessionRequest } from '../../../src/engine/ports/agent.js'
import { request } from '../../support/claude-driver.js'

type Environment = Record<string, string>

const environment = (
  inherited: Environment,
  rest: { env?: Environment; given?: Environment; account?: Environment; machine?: Environment; asked?: Partial<SessionRequest> } = {},
): Environment =>
  sessionEnvironment(
    request('/w', rest.asked),
    { ...defaultConfig.agent, env: rest.env ?? {} },
    {
      inherited,
      given: rest.given ?? {},
      account: rest.account ?? null,
      machine: rest.machine ?? {},
    },
  )

test.each<{ says: string; inherited: Environment; env?: Environment; name: string; value: string | undefined }>([
  { says: 'what has nothing to do with it is handed on', inherited: { PATH: '/bin' }, name: 'PATH', value: '/bin' },
  { says: 'the zone of the machine is kept', inherited: { TZ: 'Europe/Rome' }, name: 'TZ', value: 'Europe/Rome' },
  { says: 'no time zone is made up', inherited: {}, name: 'TZ', value: undefined },
  { says: 'a session around orch is not felt', inherited: { CLAUDECODE: '1' }, name: 'CLAUDECODE', value: undefined },
  { says: 'nor are its variables', inherited: { CLAUDE_CODE_SESSION_ID: 'x' }, name: 'CLAUDE_CODE_SESSION_ID', value: undefined },
  { says: 'the folder of the login is kept', inherited: { CLAUDE_CONFIG_DIR: '/c' }, name: 'CLAUDE_CONFIG_DIR', value: '/c' },
  { says: 'a subscription token is kept', inherited: { CLAUDE_CODE_OAUTH_TOKEN: 't' }, name: 'CLAUDE_CODE_OAUTH_TOKEN', value: 't' },
  { says: 'a cloud login is kept', inherited: { CLAUDE_CODE_USE_BEDROCK: '1' }, name: 'CLAUDE_CODE_USE_BEDROCK', value: '1' },
  { says: 'an API key is kept', inherited: { ANTHROPIC_API_KEY: 'k' }, name: 'ANTHROPIC_API_KEY', value: 'k' },
  {
    says: 'an API key does not pay where a subscription is meant',
    inherited: { ANTHROPIC_API_KEY: 'k', CLAUDE_CODE_OAUTH_TOKEN: 't' },
    name: 'ANTHROPIC_API_KEY',
    value: undefined,
  },
  {
    says: 'also when the token comes from the config',
    inherited: { ANTHROPIC_API_KEY: 'k' },
    env: { CLAUDE_CODE_OAUTH_TOKEN: 't' },
    name: 'ANTHROPIC_API_KEY',
    value: undefined,
  },
  { says: 'background work is off', inherited: {}, name: 'CLAUDE_CODE_DISABLE_BACKGROUND_TASKS', value: '1' },
  { says: 'worktrees share no memory', inherited: {}, name: 'CLAUDE_CODE_DISABLE_AUTO_MEMORY', value: '1' },
  { says: 'retries within the program are few', inherited: {}, name: 'CLAUDE_CODE_MAX_RETRIES', value: '5' },
  { says: 'unless a person set them', inherited: { CLAUDE_CODE_MAX_RETRIES: '2' }, name: 'CLAUDE_CODE_MAX_RETRIES', value: '2' },
  { says: "the config's variables win", inherited: { A: '1' }, env: { A: '2' }, name: 'A', value: '2' },
  { says: 'no update in the middle of a run', inherited: {}, name: 'DISABLE_AUTOUPDATER', value: '1' },
  { says: 'the git folder of a hook around orch is not felt', inherited: { GIT_DIR: '/x' }, name: 'GIT_DIR', value: undefined },
  { says: 'a run around orch leaves no traces', inherited: { ORCH_ROUND: '3' }, name: 'ORCH_ROUND', value: undefined },
])('$says', ({ inherited, env = {}, name, value }) => {
  expect(environment(inherited, { env })[name]).toBe(value)
})

test('a worker is told what it works on', () => {
  expect(environment({}, { asked: { run: 'r', task: '2B', step: 'remediate', number: 4 } })).toMatchObject({
    ORCH_RUN: 'r',
    ORCH_TASK: '2B',
    ORCH_STEP: 'remediate',
    ORCH_ATTEMPT: '4',
  })
})

test('a reviewer is told the round, not an attempt', () => {
  const told = environment({}, { asked: { task: 'stage-2', step: 'review', number: 2 } })
  expect(told).toMatchObject({ ORCH_TASK: 'stage-2', ORCH_STEP: 'review', ORCH_ROUND: '2' })
  expect(told).not.toHaveProperty('ORCH_ATTEMPT')
})

test('what orch gives wins over what a person set', () => {
  expect(
    environment({ GIT_CONFIG_COUNT: '9' }, { env: { GIT_CONFIG_COUNT: '8' }, given: { GIT_CONFIG_COUNT: '1' } })['GIT_CONFIG_COUNT'],
  ).toBe('1')
})
