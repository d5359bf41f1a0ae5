import type { Account } from '../core/account.js'
import type { Config } from '../core/config.js'
import type { Fact, WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Rules } from '../core/next-step.js'
import { type RunState, tasksOf, workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import type { Budgets } from './budget.js'
import type { Gate } from './gate.js'
import type { Halt } from './halt.js'
import type { Pacer } from './pace.js'
import type { PassedTrees } from './passed-trees.js'
import type { Agent } from './ports/agent.js'
import type { Board } from './ports/board.js'
import type { Chance } from './ports/chance.js'
import type { Clock } from './ports/clock.js'
import type { Commands } from './ports/commands.js'
import type { Inbox } from './ports/inbox.js'
import type { Journal } from './ports/journal.js'
import type { Leases } from './ports/leases.js'
import type { Listener } from './ports/listener.js'
import type { Disk, Machine } from './ports/machine.js'
import type { MilestoneSource } from './ports/milestone-source.js'
import type { PromptSource } from './ports/prompt-source.js'
import type { Publisher } from './ports/publisher.js'
import type { EarlierRuns, Records } from './ports/records.js'
import type { Repository } from './ports/repository.js'
import type { ReviewFormat } from './ports/review-format.js'
import type { SharedLimits } from './ports/shared-limits.js'
import type { Ahead } from './spares.js'
import type { Watch } from './watch.js'

/** The world, as far as a run needs it. */
export interface Ports {
  readonly agent: Agent
  readonly commands: Commands
  readonly repository: Repository
  readonly journal: Journal
  readonly records: Records
  readonly milestones: MilestoneSource
  readonly earlierRuns: EarlierRuns
  readonly inbox: Inbox
  readonly prompts: PromptSource
  readonly reviews: ReviewFormat
  readonly board: Board
  readonly clock: Clock
  readonly chance: Chance
  readonly disk: Disk
  readonly leases: Leases
  readonly machine: Machine
  readonly listener: Listener
  readonly sharedLimits: SharedLimits
  /** Null: nobody is to be shown anything. */
  readonly publisher: Publisher | null
  /** Where a task's worktree lies, an absolute path. */
  readonly worktreePath: (task: WorkId) => string
  /** Whether a changed file lies within a milestone's `paths`. */
  readonly matches: (file: string, globs: readonly string[]) => boolean
  /** The rules of the project for agents (CLAUDE.md) as they stand in a worktree; empty when there are none. */
  readonly projectRules: (worktree: string) => Promise<string>
}

export interface RunOptions {
  /** Tasks at a time. */
  readonly concurrency: number
  /** A limit is not waited out. */
  readonly noWait: boolean
  /** Who may pay for sessions; at least one. */
  readonly accounts: readonly Account[]
}

/** What every performer is given. */
export interface Engine {
  readonly ports: Ports
  readonly config: Config
  readonly options: RunOptions
  readonly gate: Gate
  readonly halt: Halt
  readonly watch: Watch
  readonly budgets: Budgets
  readonly pace: Pacer
  readonly passedTrees: PassedTrees
  readonly ahead: Ahead
}

export const stateOf = (engine: Engine): RunState => engine.ports.journal.state

export const currentWork = (engine: Engine, id: WorkId): Work => workOf(stateOf(engine), id)

export const record = (engine: Engine, fact: Fact): Promise<RunState> => engine.ports.journal.record(fact)

/** What config and flags decide for one piece of work. */
export function rulesFor(engine: Engine, work: Work): Rules {
  const { review, git } = engine.config
  const wanted = review.enabled && !stateOf(engine).withoutReview
  return { review: wanted && reviewsScope(engine, work), maxRounds: review.maxRounds, mergeRounds: git.mergeRounds }
}

/** A stage of one task shows nothing new in combination: the very same change was reviewed already. */
function reviewsScope(engine: Engine, work: Work): boolean {
  const { scope } = engine.config.review
  if (work.milestone !== null) return scope.includes('task')
  const merged = tasksOf(stateOf(engine), work.stage).filter((t) => t.mergeCommit !== null)
  return scope.includes('stage') && (merged.length > 1 || !scope.includes('task'))
}

/** Faults of the surroundings stop the run and are no failure of the task that met them first. */
export const isOfTheSurroundings = (failure: Failure): boolean =>
  failure.reason === 'agent-missing' ||
  failure.reason === 'login-refused' ||
  failure.reason === 'billing-refused' ||
  failure.reason === 'disk-full' ||
  failure.reason === 'lease-failed' ||
  failure.reason === 'disk-short' ||
  failure.reason === 'filter-missing'

/** What fails on a full disk says nothing about the task: the run pauses instead. @returns whether it does */
export async function stopIfDiskFull(engine: Engine): Promise<boolean> {
  const { disk } = engine.ports
  if (!(await disk.isFull())) return false
  engine.halt.request({ ending: 'surroundings', failure: { reason: 'disk-full', path: disk.path } })
  return true
}

/** Stops the run for what is no fault of the work that met it. @returns whether it is such a thing */
export async function haltFor(engine: Engine, failure: Failure): Promise<boolean> {
  if (isOfTheSurroundings(failure)) engine.halt.request({ ending: 'surroundings', failure })
  else if (failure.reason === 'interrupted') engine.halt.request({ ending: 'interrupted', failure })
  else return stopIfDiskFull(engine)
  return true
}

/** Ends a task for good, or the whole run when the task is not to blame. */
export async function failWork(engine: Engine, id: WorkId, failure: Failure): Promise<void> {
  if (!(await haltFor(engine, failure))) await record(engine, { type: 'task-failed', task: id, failure })
}
