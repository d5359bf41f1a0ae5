import { defaultConfig } from '../../../src/core/config.js'
import type { Milestone } from '../../../src/core/milestone.js'
import type { RunState } from '../../../src/core/run-state.js'
import { Account } from './account.js'
import { AgentProgram } from './agent-program.js'
import { Crew } from './crew.js'
import { Dice } from './dice.js'
import { EventLog } from './event-log.js'
import { type Evidence, lastRun, type RunStory } from './evidence.js'
import { Leaks } from './leaks.js'
import type { MemoryWorktree } from './memory-desks.js'
import { MemoryGit } from './memory-git.js'
import { MemoryLimits } from './memory-limits.js'
import { RememberedRefs } from './remembered-refs.js'
import type { Sabotage } from './sabotage.js'
import type { Scenario, Weather } from './scenario.js'
import type { Settings } from './settings.js'
import { VirtualClock } from './virtual-clock.js'

const fair: Weather = { gitFails: 0, diskFull: 0, flaky: 0, entryUnmet: 0, slow: 0.05 }

/** Everything that outlives a process of orch: the repository, the agent's program and account, the files of people, time. */
export class Universe {
  readonly clock = new VirtualClock()
  readonly log = new EventLog(this.clock)
  readonly refs = new RememberedRefs()
  readonly git = new MemoryGit(() => Math.floor(this.clock.now() / 1000), this.refs)
  readonly worktrees = new Map<string, MemoryWorktree>()
  readonly accounts: ReadonlyMap<string, Account>
  readonly leaks: Leaks
  /** The files in the person's own checkout. */
  readonly checkout: Record<string, string> = {}
  settings: Settings
  readonly crew: Crew
  readonly program: AgentProgram
  readonly evidence: Evidence
  readonly limits = new MemoryLimits()
  readonly approvals = new Set<string>()
  milestones: readonly Milestone[]
  weather: Weather
  /** Milliseconds since the beginning until which something stands in the way. */
  milestonesBrokenUntil = 0
  checkoutDirtyUntil = 0
  diskFullUntil = 0
  calm = false
  #uuids = 0

  /** @param sabotage what is broken in it on purpose, to see that it is noticed; null: nothing */
  constructor(
    readonly scenario: Scenario,
    readonly sabotage: Sabotage | null,
  ) {
    const { seed } = scenario
    this.milestones = scenario.milestones
    this.weather = scenario.weather
    this.settings = scenario
    const account = (name: string) => new Account(this.clock, new Dice(seed, `account ${name}`), scenario.limits)
    this.accounts = new Map(scenario.accounts.map(({ name }) => [name, account(name)]))
    this.leaks = new Leaks(this, new Dice(seed, 'leaks'))
    this.crew = new Crew(scenario, this.git, new Dice(seed, 'crew'))
    const heard = (text: string): void => this.log.add(text)
    this.program = new AgentProgram({
      clock: this.clock,
      crew: this.crew,
      accounts: this.accounts,
      leaks: this.leaks,
      worktrees: this.worktrees,
      heard,
    })
    this.git.branches.set('main', this.git.commit({ 'README.md': 'hello\n' }, [], 'Begin'))
    this.evidence = this.#gather()
  }

  get main(): string {
    return this.git.branches.get('main') ?? ''
  }

  get run(): RunStory | null {
    return lastRun(this.evidence)
  }

  get state(): RunState | null {
    return this.run?.live ?? null
  }

  get isCheckoutDirty(): boolean {
    return this.clock.elapsed < this.checkoutDirtyUntil
  }

  get isDiskFull(): boolean {
    return this.clock.elapsed < this.diskFullUntil
  }

  uuid(): string {
    return `session-${++this.#uuids}`
  }

  /** From now on nothing fails and everybody is good at what they do. */
  calmDown(): void {
    this.calm = true
    this.weather = fair
    this.crew.calm = true
    for (const account of this.accounts.values()) account.open()
    this.settings = { ...this.settings, config: { ...this.settings.config, budget: defaultConfig.budget } }
    this.milestonesBrokenUntil = 0
    this.checkoutDirtyUntil = 0
    this.diskFullUntil = 0
    this.log.add('everything calms down')
  }

  #gather(): Evidence {
    const { scenario, git, worktrees, program, refs } = this
    return {
      ...{ scenario, git, worktrees, program, everOn: refs.everOn, leaks: this.leaks.all },
      ...{ runs: [], moves: [], starts: [], overwritten: [], passed: new Set(), works: new Set(), writings: [] },
      ...{ commandsRunning: 0, stopAsked: false, surroundingsFailed: false },
    }
  }
}
