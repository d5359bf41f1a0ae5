import type { RecordedFact, RunEnding } from '../../../src/core/fact.js'
import type { Failure } from '../../../src/core/failure.js'
import type { RunState } from '../../../src/core/run-state.js'
import type { AgentProgram } from './agent-program.js'
import type { Leak } from './leaks.js'
import type { MemoryWorktree } from './memory-desks.js'
import type { MemoryGit } from './memory-git.js'
import type { Scenario } from './scenario.js'

/** A move of the person's branch. */
export interface MainMove {
  readonly by: 'orch' | 'person'
  readonly from: string
  readonly to: string
  /** The run at work, with its state at that instant; null when orch was not at work. */
  readonly state: RunState | null
  /** The person's checkout held uncommitted edits of files that the move changes. */
  readonly overEdits: boolean
}

export const noteMove = ({ moves }: Pick<Evidence, 'moves'>, move: MainMove): void => {
  if (move.from !== move.to) moves.push(move)
}

/** A text that orch wrote down somewhere. */
export interface Writing {
  readonly where: string
  readonly text: string
}

/** How a life of orch ended, as the person sees it. */
export type LifeOutcome =
  | { readonly kind: 'ended'; readonly ending: RunEnding; readonly failure: Failure | null }
  | { readonly kind: 'nothing-to-do' }
  /** Refused before anything was started. */
  | { readonly kind: 'usage'; readonly detail: string }
  | { readonly kind: 'killed'; readonly point: string }
  /** A save failed: told as a failure of the surroundings. */
  | { readonly kind: 'store-failed'; readonly failure: Failure }
  | { readonly kind: 'bug'; readonly detail: string }
  | { readonly kind: 'stuck' | 'endless' }

export interface RunStory {
  readonly id: string
  readonly facts: RecordedFact[]
  /** What the last life held when it ended. */
  live: RunState | null
}

/** The last run that got as far as saving that it begins. */
export const lastRun = ({ runs }: Pick<Evidence, 'runs'>): RunStory | null => runs.findLast((run) => run.facts.length > 0) ?? null

/** A start of a session, with what was known then. */
export interface SessionStart {
  readonly run: string
  readonly task: string
  readonly step: string
  readonly session: string
  readonly number: number
  /** Sessions at work, this one included. */
  readonly atOnce: number
  /** Sessions that may be at work at once, as this life of orch was told. */
  readonly most: number
  /** A budget that was used up by then; null: none. */
  readonly usedUp: string | null
  /** Sessions of an earlier orch that still run. */
  readonly survivors: readonly string[]
  /** What the worktree stands on. */
  readonly head: string
  /** An earlier session of this task that finished and that was not taken up. */
  readonly unpaid: string | null
  readonly state: RunState
}

/** Everything that an oracle may look at. Grows while the simulation runs. */
export interface Evidence {
  readonly scenario: Scenario
  readonly git: MemoryGit
  readonly worktrees: ReadonlyMap<string, MemoryWorktree>
  readonly program: AgentProgram
  readonly runs: RunStory[]
  readonly moves: MainMove[]
  readonly starts: SessionStart[]
  /** `<commit> <command>`: the command was last seen to pass on exactly that commit. */
  readonly passed: Set<string>
  /** Every commit that a branch ever pointed to, by branch. */
  readonly everOn: ReadonlyMap<string, ReadonlySet<string>>
  /** Commits that hold what a session did. */
  readonly works: Set<string>
  /** Uncommitted work that was overwritten and is nowhere any more. */
  readonly overwritten: string[]
  readonly writings: Writing[]
  readonly leaks: readonly Leak[]
  /** Commands that run right now. */
  commandsRunning: number
  /** A stop was asked for in this life. */
  stopAsked: boolean
  /** Something in the surroundings failed in this life. */
  surroundingsFailed: boolean
}
