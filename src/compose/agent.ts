import { claudeAgent } from '../adapters/claude/agent.js'
import { probeSandbox } from '../adapters/claude/sandbox.js'
import { systemClock } from '../adapters/clock/clock.js'
import { agentGitEnvironment } from '../adapters/git/git-environment.js'
import { startLineChild } from '../adapters/processes/line-child.js'
import { type Redactor, secretRedactor } from '../adapters/processes/secret-redactor.js'
import type { Config } from '../core/config.js'
import type { Agent } from '../engine/ports/agent.js'
import type { Pool } from './accounts.js'
import type { Project } from './project.js'

export interface AgentNeeds {
  readonly config: Config
  readonly pool: Pool
  /** Where its transcripts go. */
  readonly runFolder: string
  /** What the machine's means allow a session, as variables. */
  readonly machineEnv: Readonly<Record<string, string>>
}

/** The agent program with the accounts that it may be paid by, and what takes all of their secrets out of texts. */
export function composeAgent(project: Project, { config, pool, runFolder, machineEnv }: AgentNeeds): { agent: Agent; redactor: Redactor } {
  const { env, platform } = project.surroundings
  const redactor = secretRedactor(env, config.agent.env, ...pool.environments.values(), pool.secrets)
  const agent = claudeAgent({
    agent: config.agent,
    reviewCommand: config.review.command,
    killGraceMs: config.health.killGraceMs,
    runFolder,
    projectFolder: project.root,
    inheritedEnv: pool.inherited,
    givenEnv: agentGitEnvironment(env),
    accountEnv: (account) => pool.environments.get(account) ?? null,
    machineEnv,
    start: startLineChild,
    redaction: redactor,
    sandboxSupport: () => probeSandbox(platform, env),
    platform,
    now: () => systemClock.now(),
    localZone: localZone(),
  })
  return { agent, redactor }
}

/** The zone of this machine, as `Europe/Rome`. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
