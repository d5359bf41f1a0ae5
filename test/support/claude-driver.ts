import { type ClaudeSetup, claudeAgent } from '../../src/adapters/claude/agent.js'
import { startLineChild } from '../../src/adapters/processes/line-child.js'
import { secretRedactor } from '../../src/adapters/processes/secret-redactor.js'
import { type Config, defaultConfig } from '../../src/core/config.js'
import type { Agent, SessionRequest } from '../../src/engine/ports/agent.js'

/** The real driver over real processes. */
export function driver(options: {
  readonly runFolder: string
  readonly agent?: Partial<Config['agent']>
  readonly inheritedEnv?: Readonly<Record<string, string | undefined>>
  readonly setup?: Partial<ClaudeSetup>
}): Agent {
  const agent = { ...defaultConfig.agent, ...options.agent }
  const inheritedEnv = options.inheritedEnv ?? { PATH: process.env['PATH'] }
  const redactor = secretRedactor(inheritedEnv, agent.env)
  return claudeAgent({
    reviewCommand: null,
    agent,
    killGraceMs: 10_000,
    runFolder: options.runFolder,
    projectFolder: options.runFolder,
    inheritedEnv,
    machineEnv: {},
    givenEnv: {},
    accountEnv: () => null,
    start: startLineChild,
    redaction: redactor,
    sandboxSupport: () => Promise.resolve({ works: false, why: 'not tried' }),
    platform: process.platform,
    now: () => Date.now(),
    localZone: 'UTC',
    ...options.setup,
  })
}

/** A worker's session; what a test cares about is given. */
export const request = (cwd: string, rest: Partial<SessionRequest> = {}): SessionRequest => ({
  run: 'run-1',
  task: '1A',
  step: 'implement',
  session: crypto.randomUUID(),
  resumes: false,
  number: 1,
  cwd,
  prompt: 'Do it.',
  answerSchema: null,
  account: 'default',
  model: null,
  effort: null,
  budgetUsd: null,
  timeoutMs: 120_000,
  idleMs: 60_000,
  toolIdleMs: 60_000,
  ...rest,
})

export const never = new AbortController().signal
