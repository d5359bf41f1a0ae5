import { type Account, onlyAccount } from '../../../src/core/account.js'
import type { CheckResult } from '../../../src/core/check.js'
import { type Config, defaultConfig } from '../../../src/core/config.js'
import type { Fact, RecordedFact } from '../../../src/core/fact.js'
import type { Milestone } from '../../../src/core/milestone.js'
import { planRun } from '../../../src/core/plan.js'
import { err, ok } from '../../../src/core/result.js'
import { reduce } from '../../../src/core/run-fold.js'
import type { RunState } from '../../../src/core/run-state.js'
import { renderDeferred } from '../../../src/documents/deferred-milestone.js'
import { Budgets } from '../../../src/engine/budget.js'
import type { Engine } from '../../../src/engine/engine.js'
import { openGate } from '../../../src/engine/gate.js'
import { Halt } from '../../../src/engine/halt.js'
import { Pacer } from '../../../src/engine/pace.js'
import { PassedTrees } from '../../../src/engine/passed-trees.js'
import type { Journal } from '../../../src/engine/ports/journal.js'
import type { Publisher } from '../../../src/engine/ports/publisher.js'
import type { Records } from '../../../src/engine/ports/records.js'
import type { Repository } from '../../../src/engine/ports/repository.js'
import type { SharedLimits } from '../../../src/engine/ports/shared-limits.js'
import { Reservations } from '../../../src/engine/reservations.js'
import { retryTask } from '../../../src/engine/retry.js'
import { carryOutRun, type RunOutcome } from '../../../src/engine/run.js'
import { Ahead } from '../../../src/engine/spares.js'
import { Watch } from '../../../src/engine/watch.js'
import { aCheckResult } from '../work.js'
import type { MemoryWorktree } from './memory-desks.js'
import { MemoryGit } from './memory-git.js'
import { MemoryLimits } from './memory-limits.js'
import { MemoryMachine, MemoryPeaks } from './memory-machine.js'
import { memoryRepository } from './memory-repository.js'
import { noLeases } from './no-leases.js'
import { prompts } from './prompts.js'
import { quietSentinel } from './quiet-sentinel.js'
import { reviewFormat } from './review-format.js'
import { type Act, ScriptedAgent } from './scripted-agent.js'
import { VirtualClock } from './virtual-clock.js'

export interface WorldOptions {
  readonly milestones: readonly Milestone[]
  readonly act: Act
  /** Decides a check by the files of the worktree in which it runs. */
  readonly check?: (command: string, files: Readonly<Record<string, string>>, cwd: string) => boolean
  readonly config?: (config: Config) => Config
  readonly concurrency?: number
  readonly publisher?: Publisher
  readonly noWait?: boolean
  readonly accounts?: readonly Account[]
  /** Epoch ms beyond which no limit is waited for. */
  readonly waitsUntil?: number
  readonly start?: Readonly<Record<string, string>>
}

/** Everything around the engine, in memory and in virtual time. What a crash of orch leaves is what its fields hold. */
export class World {
  readonly clock = new VirtualClock()
  readonly git = new MemoryGit()
  readonly worktrees = new Map<string, MemoryWorktree>()
  readonly facts: RecordedFact[] = []
  readonly approvals = new Set<string>()
  readonly machine = new MemoryMachine()
  readonly peaks = new MemoryPeaks()
  readonly agent: ScriptedAgent
  milestones: readonly Milestone[]
  halt = new Halt()
  /** Called before and after each effect; throwing is the death of orch at that very point. */
  crash: (point: string) => void = () => undefined
  /** Whether git fails to do what it is asked. */
  failing: (deed: string) => boolean = () => false
  state: RunState | null = null
  diskFull = false
  /** What is known on the machine; two worlds may share it. */
  /** The records of the run, by path. */
  readonly written = new Map<string, string>()
  sharedLimits: SharedLimits = new MemoryLimits().of('r1', this.clock)
  #ids = 0
  #life = 0

  constructor(readonly options: WorldOptions) {
    this.milestones = options.milestones
    this.agent = new ScriptedAgent(options.act, this.clock, this.worktrees)
    this.git.branches.set('main', this.git.commit(options.start ?? { 'README.md': 'hello\n' }, [], 'Begin'))
  }

  tip(branch = 'main') {
    const id = this.git.branches.get(branch)
    if (id === undefined) throw new Error(`no branch ${branch}`)
    return this.git.get(id)
  }

  types(): string[] {
    return this.facts.map((f) => f.type)
  }

  /**
   * The first run, or the next after a stop, with everything that only lived in memory made anew.
   * @param retry tasks that are given another chance, with what their files say now
   */
  async run(retry: readonly string[] = []): Promise<RunOutcome> {
    this.halt = new Halt()
    this.#life++
    const journal = this.#journal()
    if (this.state === null) {
      const plan = planRun(this.milestones, { stages: [], milestones: [] }, new Set(), () => ({ line: 1, column: 1 }))
      if (!plan.ok) throw new Error(JSON.stringify(plan.error))
      await journal.record({
        type: 'run-started',
        baseBranch: 'main',
        baseCommit: this.tip().id,
        stages: plan.value.stages,
        selection: { stages: [], milestones: [] },
        withoutReview: false,
        rehearsal: false,
      })
    } else await journal.record({ type: 'run-resumed' })
    const engine = this.#engine(journal)
    for (const task of retry) await retryTask(engine, task, this.milestones.find((m) => m.id === task) ?? null)
    return carryOutRun(engine)
  }

  #journal(): Journal {
    const at = this.#mortal()
    const state = (): RunState => {
      if (this.state === null) throw new Error('no run yet')
      return this.state
    }
    const record = (fact: Fact): Promise<RunState> => this.#save(fact, at)
    return {
      get state() {
        return state()
      },
      record,
    }
  }

  async #save(fact: Fact, at: (point: string) => void): Promise<RunState> {
    at(`before saving ${fact.type}`)
    const recorded = { ...fact, seq: this.facts.length + 1, at: new Date(this.clock.now()).toISOString(), run: 'r1' } as RecordedFact
    this.state = reduce(this.state, recorded)
    this.facts.push(recorded)
    at(`after saving ${fact.type}`)
    return Promise.resolve(this.state)
  }

  /** Once dead, this life of orch has no effect any more: what still runs of it must change nothing. */
  #mortal(): (point: string) => void {
    const life = this.#life
    let dead = false
    return (point) => {
      if (dead || life !== this.#life) throw new Error('dead')
      try {
        this.crash(point)
      } catch (death) {
        dead = true
        this.#life++
        throw death
      }
    }
  }

  #records(): Records {
    return {
      write: (path, text) => {
        this.written.set(path, text)
        return Promise.resolve()
      },
      read: (path) => Promise.resolve(this.written.get(path) ?? null),
    }
  }

  #mortalRepository(): Repository {
    const at = this.#mortal()
    return new Proxy(memoryRepository(this.git, this.worktrees), {
      get:
        (target, name: keyof Repository) =>
        async (...given: never[]) => {
          at(`before ${name}`)
          if (this.failing(name)) return err({ reason: 'git-failed', doing: name, detail: 'simulated' })
          const result = await (target[name] as (...all: never[]) => Promise<unknown>)(...given)
          at(`after ${name}`)
          return result
        },
    })
  }

  #engine(journal: Journal): Engine {
    const { clock, halt } = this
    const listener = { heard: () => undefined, progressed: () => undefined }
    const base: Config = { ...defaultConfig, agent: { ...defaultConfig.agent, model: 'm' } }
    const config = this.options.config?.(base) ?? base
    const concurrency = this.options.concurrency ?? 4
    const { sharedLimits } = this
    const noWait = this.options.noWait ?? false
    const accounts = this.options.accounts ?? [onlyAccount]
    const { machine, peaks, agent } = this
    const { resources, execution } = config
    const disk = { path: '/', isFull: () => Promise.resolve(this.diskFull) }
    const needs = { machine, disk, peaks, agent, journal, clock, halt, resources, spawnPerMinute: execution.spawnPerMinute }
    const reservations = new Reservations(needs)
    const repository = this.#mortalRepository()
    return {
      config,
      halt,
      passedTrees: new PassedTrees(repository),
      ahead: new Ahead(),
      budgets: new Budgets({ journal, clock, halt, budget: config.budget }),
      pace: new Pacer({ config: config.pace, clock, listener, halt, usedInDay: 0 }),
      options: { concurrency, noWait, accounts },
      watch: new Watch(quietSentinel, listener, clock),
      gate: openGate({
        accounts,
        concurrency,
        journal,
        sharedLimits,
        clock,
        listener,
        halt,
        rateLimit: config.rateLimit,
        waitsUntil: this.options.waitsUntil ?? null,
        noWait,
        disk,
        reservations,
      }),
      ports: {
        agent: this.agent,
        commands: { run: (check, place) => Promise.resolve(ok(this.#check(check.command, place.cwd))) },
        repository,
        journal,
        records: this.#records(),
        earlierRuns: { sawPass: () => Promise.resolve(false) },
        milestones: { read: () => Promise.resolve(ok(this.milestones)) },
        inbox: { approvalOf: (id) => Promise.resolve(this.approvals.has(id) ? { note: null } : null) },
        prompts,
        reviews: reviewFormat,
        board: {
          render: (_, state) =>
            `${Object.values(state.work)
              .map((w) => `${w.id} ${w.phase}`)
              .join('\n')}\n`,
          renderDeferred,
        },
        clock,
        disk,
        leases: noLeases,
        machine: this.machine,
        chance: { uuid: () => `session-${++this.#ids}`, fraction: () => 0.5 },
        listener,
        sharedLimits,
        publisher: this.options.publisher ?? null,
        worktreePath: (task) => `/worktrees/${task}`,
        matches: (file, globs) => globs.some((g) => file.startsWith(g)),
        projectRules: () => Promise.resolve(''),
      },
    }
  }

  #check(command: string, cwd: string): CheckResult {
    const files = this.worktrees.get(cwd)?.files ?? {}
    return aCheckResult({ command, passed: this.options.check?.(command, files, cwd) ?? true })
  }
}
