import { availableParallelism } from 'node:os'
import path from 'node:path'
import picomatch from 'picomatch'
import { findProgram } from '../adapters/claude/find-program.js'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import { shellCommands } from '../adapters/commands/shell-commands.js'
import { understudyProgram } from '../adapters/files/package-files.js'
import { readProjectRules } from '../adapters/files/project-rules.js'
import { readTemplates } from '../adapters/files/template-files.js'
import { diskOf } from '../adapters/machine/disk.js'
import { startChild } from '../adapters/processes/child.js'
import { earlierRuns } from '../adapters/store/earlier-runs.js'
import { RunInbox } from '../adapters/store/inbox.js'
import type { RunJournal } from '../adapters/store/journal.js'
import { runPaths } from '../adapters/store/run-paths.js'
import { RunRecords } from '../adapters/store/run-records.js'
import { openSessionPeaks } from '../adapters/store/session-peaks.js'
import { SharedLimitFiles } from '../adapters/store/shared-limits.js'
import { stateHome } from '../adapters/store/state-home.js'
import { understudyEnvironment } from '../adapters/understudy/location.js'
import type { AccountName } from '../core/account.js'
import type { Config } from '../core/config.js'
import type { Failure } from '../core/failure.js'
import { tokensSince } from '../core/ledger.js'
import type { Problem } from '../core/problem.js'
import { ok, type Result } from '../core/result.js'
import { nextTimeOfDay } from '../core/wall-clock.js'
import { renderDeferred } from '../documents/deferred-milestone.js'
import { readAnswers } from '../documents/finding-answers.js'
import { promptsFrom } from '../documents/prompt.js'
import { describeVerdict, readReviewAnswer, reviewAnswerSchema } from '../documents/review-answer.js'
import { renderBoard } from '../documents/task-board.js'
import { Budgets } from '../engine/budget.js'
import type { Engine } from '../engine/engine.js'
import { openGate } from '../engine/gate.js'
import type { Halt } from '../engine/halt.js'
import { Pacer } from '../engine/pace.js'
import { PassedTrees } from '../engine/passed-trees.js'
import type { Leases } from '../engine/ports/leases.js'
import type { Listener } from '../engine/ports/listener.js'
import type { SharedLimits } from '../engine/ports/shared-limits.js'
import { Reservations } from '../engine/reservations.js'
import { Ahead } from '../engine/spares.js'
import { Watch } from '../engine/watch.js'
import { nobodyPays, type Pool, readPool } from './accounts.js'
import { composeAgent, localZone } from './agent.js'
import { readLedger } from './ledger.js'
import { machineEnvironment, machineOf, widthFor } from './machine.js'
import type { Project } from './project.js'

/** The config's name for the built-in stand-in. */
export const understudy = 'understudy'

/** The config with `understudy` replaced by the program that it stands for, its own environment added. In a rehearsal nothing else is started. */
export function withUnderstudy(config: Config, project: Project, rehearse: boolean): Config {
  const { agent, review } = config
  const command = rehearse || agent.command === understudy ? understudyProgram : agent.command
  const reviewer = rehearse ? null : review.command === understudy ? understudyProgram : review.command
  if (command !== understudyProgram && reviewer !== understudyProgram) return config
  const env = { ...understudyEnvironment(project.orchFolder), ...agent.env }
  return { ...config, agent: { ...agent, command, env }, review: { ...review, command: reviewer } }
}

/** Whether the agent programs are there, before anything is made for them. */
export async function checkAgent({ agent, review }: Config, project: Project): Promise<Result<void, Failure>> {
  const { env, platform } = project.surroundings
  for (const command of [agent.command, review.command ?? agent.command]) {
    const found = await findProgram(command, { env, folder: project.root, platform })
    if (!found.ok) return found
  }
  return ok(undefined)
}

/** Who pays for sessions; for the understudy's nobody does. */
export async function poolFor(config: Config, project: Project): Promise<Result<Pool, readonly Problem[]>> {
  return config.agent.command === understudyProgram
    ? ok(nobodyPays(understudyProgram + project.orchFolder, project.surroundings.env))
    : readPool(project)
}

export interface RunSetup {
  readonly project: Project
  readonly config: Config
  readonly runFolder: string
  readonly journal: RunJournal
  readonly listener: Listener
  readonly halt: Halt
  readonly noWait: boolean
  readonly pool: Pool
  readonly leases: Leases
}

/** Builds the real world around the engine. */
export async function composeEngine(setup: RunSetup): Promise<Engine> {
  const { project, config, journal, listener, halt, noWait } = setup
  const disk = diskOf(project.orchFolder)
  const { accounts } = setup.pool
  const machine = machineOf(project.orchFolder, config.resources)
  const peaks = await openSessionPeaks(project.orchFolder, config.agent.command)
  const concurrency = await widthFor(config, machine, peaks)
  const agents = agentPorts(setup, await machineEnvironment(config, concurrency))
  const { spawnPerMinute } = config.execution
  const { agent } = agents
  const reservations = new Reservations({
    ...{ machine, disk, peaks, agent, journal, halt, spawnPerMinute },
    clock: systemClock,
    resources: config.resources,
  })
  const sharedLimits = sharedLimitsOf(project, setup.pool)
  const gate = openGate({
    ...{ accounts, concurrency, journal, sharedLimits, listener, halt, noWait, disk, reservations },
    clock: systemClock,
    rateLimit: config.rateLimit,
    waitsUntil: waitsUntil(config),
  })
  const places = { tasksFile: config.tasksFile, milestones: config.milestones.dir }
  return {
    config,
    halt,
    gate,
    watch: new Watch(project.repository.sentinel(), listener, systemClock),
    budgets: new Budgets({ journal, clock: systemClock, halt, budget: config.budget }),
    pace: new Pacer({ config: config.pace, clock: systemClock, listener, halt, usedInDay: await tokensInDay(project, config) }),
    passedTrees: new PassedTrees(project.repository),
    ahead: new Ahead(),
    options: { concurrency, noWait, accounts },
    ports: {
      ...agents,
      machine,
      repository: project.repository,
      journal,
      listener,
      sharedLimits,
      publisher: config.git.pr === 'off' ? null : (await import('./pull-requests.js')).publisherFor(project, setup.runFolder),
      records: new RunRecords(setup.runFolder),
      milestones: project.milestones,
      earlierRuns: earlierRuns(project.runsFolder),
      inbox: new RunInbox(setup.runFolder),
      prompts: promptsFrom(await readTemplates()),
      reviews: { schema: reviewAnswerSchema, read: readReviewAnswer, describe: describeVerdict, answers: readAnswers },
      board: { render: (existing, state) => renderBoard(existing, state, places), renderDeferred },
      clock: systemClock,
      chance: systemChance,
      disk,
      leases: setup.leases,
      worktreePath: (task) => path.join(project.orchFolder, 'worktrees', journal.state.run, task),
      matches: (file, globs) => picomatch.isMatch(file, [...globs], { dot: true }),
      projectRules: readProjectRules,
    },
  }
}

/** A day's tokens are counted over all runs of that day; where nothing is paced, nobody has to look. */
async function tokensInDay(project: Project, config: Config): Promise<number> {
  const dayAgo = systemClock.now() - 24 * 3_600_000
  return config.pace.enabled ? tokensSince(await readLedger(project, dayAgo), dayAgo) : 0
}

/** What runs of all repositories on this machine tell each other. */
export function sharedLimitsOf(project: Pick<Project, 'surroundings'>, pool: Pool): SharedLimits {
  const { env, platform } = project.surroundings
  const home = stateHome(env, platform)
  const identityOf = (account: AccountName): string => pool.identities.get(account) ?? account
  return new SharedLimitFiles({ folder: home === null ? null : path.join(home, 'limits'), identityOf, clock: systemClock })
}

function waitsUntil({ rateLimit }: Config): number | null {
  return rateLimit.until === null ? null : nextTimeOfDay(rateLimit.until, systemClock.now(), localZone())
}

function agentPorts(
  { project, config, runFolder, journal, pool }: RunSetup,
  machineEnv: Readonly<Record<string, string>>,
): Pick<Engine['ports'], 'agent' | 'commands'> {
  const { agent, redactor } = composeAgent(project, { config, pool, runFolder, machineEnv })
  const commands = shellCommands({
    start: startChild,
    logFile: (name) => path.join(runPaths(runFolder).checks, `${name}.log`),
    inheritedEnv: project.surroundings.env,
    marker: journal.state.run,
    redactor,
    atOnce: config.execution.checkConcurrency ?? availableParallelism(),
  })
  return { agent, commands }
}
