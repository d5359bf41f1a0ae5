import { StoreError } from '../../../src/adapters/store/store-error.js'
import type { Problem } from '../../../src/core/problem.js'
import { err, ok } from '../../../src/core/result.js'
import { renderDeferred } from '../../../src/documents/deferred-milestone.js'
import { readAnswers } from '../../../src/documents/finding-answers.js'
import { describeVerdict, readReviewAnswer, reviewAnswerSchema } from '../../../src/documents/review-answer.js'
import { renderBoard } from '../../../src/documents/task-board.js'
import { Budgets } from '../../../src/engine/budget.js'
import type { Engine, Ports } from '../../../src/engine/engine.js'
import { openGate } from '../../../src/engine/gate.js'
import type { Halt } from '../../../src/engine/halt.js'
import { Pacer } from '../../../src/engine/pace.js'
import { PassedTrees } from '../../../src/engine/passed-trees.js'
import type { Clock } from '../../../src/engine/ports/clock.js'
import type { Journal } from '../../../src/engine/ports/journal.js'
import type { Disk } from '../../../src/engine/ports/machine.js'
import type { MilestoneSource } from '../../../src/engine/ports/milestone-source.js'
import type { Records } from '../../../src/engine/ports/records.js'
import type { Sentinel } from '../../../src/engine/ports/sentinel.js'
import type { SharedLimits } from '../../../src/engine/ports/shared-limits.js'
import { Reservations } from '../../../src/engine/reservations.js'
import { Ahead } from '../../../src/engine/spares.js'
import { Watch } from '../../../src/engine/watch.js'
import type { Dice } from './dice.js'
import type { Life } from './life.js'
import { livingAgent } from './living-agent.js'
import { livingCommands } from './living-commands.js'
import { livingRepository } from './living-repository.js'
import { MemoryMachine, MemoryPeaks } from './memory-machine.js'
import { checkoutPath, MemorySentinel } from './memory-sentinel.js'
import { noLeases } from './no-leases.js'
import { prompts } from './prompts.js'
import { quietSentinel } from './quiet-sentinel.js'
import { sabotaged } from './sabotage.js'
import type { Universe } from './universe.js'

interface EngineNeeds {
  readonly universe: Universe
  readonly life: Life
  readonly halt: Halt
  readonly journal: Journal
  readonly run: string
  readonly dice: Dice
}

/** The engine in one life of orch, with the universe around it. */
export function livingEngine(needs: EngineNeeds): Engine {
  const { universe, halt, journal } = needs
  const { accounts, noWait } = universe.scenario
  const { config, concurrency } = universe.settings
  const ports = livingPorts(needs)
  const { clock, listener, disk, sharedLimits } = ports
  const { machine, agent } = ports
  const { resources, execution } = config
  const room = { machine, disk, peaks: new MemoryPeaks(), agent, journal, clock, halt, resources, spawnPerMinute: execution.spawnPerMinute }
  const reservations = new Reservations(room)
  const gate = openGate({
    ...{ accounts, concurrency, journal, sharedLimits, clock, listener, halt, disk, reservations },
    ...{ rateLimit: config.rateLimit, waitsUntil: null, noWait },
  })
  const watch = new Watch(livingSentinel(universe, needs.life), listener, clock)
  const budgets = new Budgets({ journal, clock, halt, budget: config.budget })
  const pace = new Pacer({ config: config.pace, clock, listener, halt, usedInDay: 0 })
  const passedTrees = new PassedTrees(ports.repository)
  const ahead = new Ahead()
  const options = { concurrency, noWait, accounts }
  return sabotaged({ config, halt, gate, watch, budgets, pace, passedTrees, ahead, options, ports }, universe)
}

function livingPorts(needs: EngineNeeds): Ports {
  const { universe, life, dice, journal, run } = needs
  const chance = dice.fork('chance')
  return {
    agent: livingAgent(universe, life, journal),
    commands: livingCommands(universe, life, dice.fork('commands')),
    repository: livingRepository(universe, life, dice.fork('git'), () => journal.state),
    journal,
    records: livingRecords(needs),
    milestones: livingMilestones(universe, life),
    earlierRuns: { sawPass: () => life.deed('looking at earlier runs', () => false) },
    inbox: {
      approvalOf: (id) => life.deed('asking for an approval', () => (universe.approvals.has(`${run} ${id}`) ? { note: null } : null)),
    },
    prompts,
    reviews: { schema: reviewAnswerSchema, read: readReviewAnswer, describe: describeVerdict, answers: readAnswers },
    board: { render: renderBoard, renderDeferred },
    clock: livingClock(universe, life),
    disk: livingDisk(universe, life),
    leases: noLeases,
    sharedLimits: livingLimits(universe, life),
    publisher: null,
    machine: new MemoryMachine(),
    chance: { uuid: () => universe.uuid(), fraction: () => chance.fraction() },
    listener: { heard: () => undefined, progressed: () => undefined },
    worktreePath: (task) => `/worktrees/${run}/${task}`,
    matches: (file, globs) => globs.some((glob) => file.startsWith(glob)),
    projectRules: () => life.deed('reading the rules', () => ''),
  }
}

const livingClock = ({ clock }: Universe, life: Life): Clock => ({
  now: () => clock.now(),
  sleepUntil: (epochMs, stop) => life.awaited(clock.sleepUntil(epochMs, stop, life)),
})

const livingLimits = ({ limits, clock }: Universe, life: Life): SharedLimits => {
  // What one orch on the machine began to try, the next one may go on with.
  const shared = limits.of('orch', clock)
  return {
    read: (account) => life.deed('reading what other runs know', () => shared.read(account)),
    close: (account, until, window) => life.deed('telling other runs of a limit', () => shared.close(account, until, window)),
    open: (account) => life.deed('telling other runs of an open account', () => shared.open(account)),
    tryFirst: (account) => life.deed('asking to try first', () => shared.tryFirst(account)),
  }
}

function livingSentinel({ sabotage, worktrees, checkout }: Universe, life: Life): Sentinel {
  const seen = new MemorySentinel((path) => (path === checkoutPath ? checkout : (worktrees.get(path)?.files ?? null)))
  if (sabotage === 'leaks are not looked for') return quietSentinel
  return {
    look: (quiet) => life.deed('looking for leaks', () => seen.look(quiet)),
    settle: (place) => life.deed('looking at approved work', () => seen.settle(place)),
    inspect: () => life.deed('looking at a file out there', () => seen.inspect()),
    keep: () => life.deed('keeping what leaked', () => seen.keep()),
  }
}

const livingDisk = (universe: Universe, life: Life): Disk => ({
  path: '/project/.orch',
  isFull: () =>
    life.deed('looking at the disk', () => {
      if (universe.isDiskFull) universe.evidence.surroundingsFailed = true
      return universe.isDiskFull
    }),
})

function livingRecords({ universe, life, dice }: EngineNeeds): Records {
  const disk = dice.fork('records')
  const { evidence, weather, log } = universe
  const write = (path: string, text: string): void => {
    if (!universe.isDiskFull && !disk.chance(weather.diskFull)) {
      evidence.writings.push({ where: path, text })
      return
    }
    evidence.surroundingsFailed = true
    log.add(`the disk is full at ${path}`)
    throw new StoreError({ reason: 'disk-full', path })
  }
  return {
    write: (path, text) => life.deed('writing a record', () => write(path, text)),
    read: (path) => life.deed('reading a record', () => evidence.writings.findLast((w) => w.where === path)?.text ?? null),
  }
}

function livingMilestones(universe: Universe, life: Life): MilestoneSource {
  const problem: Problem = { file: 'milestones/1A.md', line: 1, column: 1, message: 'broken', hint: null }
  const isBroken = (): boolean => universe.clock.elapsed < universe.milestonesBrokenUntil
  return { read: () => life.deed('reading the milestones', () => (isBroken() ? err([problem]) : ok(universe.milestones))) }
}
