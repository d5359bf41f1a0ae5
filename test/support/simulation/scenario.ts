import type { Account } from '../../../src/core/account.js'
import type { Config } from '../../../src/core/config.js'
import type { Milestone } from '../../../src/core/milestone.js'
import type { Selection } from '../../../src/core/plan.js'
import type { GroundRules } from './ground-rules.js'
import type { ConfigEdit } from './settings.js'

/** What a session may turn out to do; the numbers say how often. */
export interface Temper {
  readonly good: number
  /** Does the work, and the checks fail on it. */
  readonly bad: number
  /** Says that it is done and changed nothing. */
  readonly lies: number
  readonly crashes: number
  readonly loses: number
  readonly silent: number
  readonly slow: number
  readonly refuses: number
  readonly unavailable: number
  readonly login: number
  readonly limited: number
  /** Changes files outside of its paths; a review: changes files at all. */
  readonly strays: number
  /** Writes where it has no business: in the worktree of another task, or in the person's checkout. */
  readonly leaks: number
  /** Commits by itself, against its instructions. */
  readonly commits: number
  /** Resolves one of several conflicts. */
  readonly half: number
  /** A review that asks for changes. */
  readonly picky: number
  /** A review that is none. */
  readonly garbage: number
}

/** How often the surroundings fail, each a probability for one call. */
export interface Weather {
  readonly gitFails: number
  readonly diskFull: number
  readonly flaky: number
  readonly entryUnmet: number
  /** That a call takes time, so that others come in between. */
  readonly slow: number
}

export type PersonDeed =
  | { readonly kind: 'commits'; readonly how: 'aside' | 'conflicting' | 'red' | 'board'; readonly task: string }
  | { readonly kind: 'edits' | 'adds' | 'removes' | 'approves' | 'commits-on-task'; readonly task: string }
  | { readonly kind: 'breaks-milestones' | 'dirties-checkout' | 'fills-disk'; readonly forMs: number }
  | { readonly kind: 'stops'; readonly hard: boolean }
  | { readonly kind: 'clock-jumps'; readonly byMs: number }
  | { readonly kind: 'edits-config'; readonly edit: ConfigEdit }
  | { readonly kind: 'saves-a-file' }
  | { readonly kind: 'power-cut' }

/** A person's deed and when it happens, in milliseconds since the beginning. */
export type TimedDeed = PersonDeed & { readonly at: number }

/** Everything that a seed decides before anything begins. What it decides on the way is thrown by dice of the same seed. */
export interface Scenario {
  readonly seed: number
  readonly milestones: readonly Milestone[]
  /** As it is at the beginning. */
  readonly config: Config
  readonly rules: GroundRules
  readonly selection: Selection
  readonly concurrency: number
  readonly noWait: boolean
  readonly withoutReview: boolean
  readonly temper: Temper
  /** Tasks whose reviewer never agrees. */
  readonly stubborn: readonly string[]
  readonly weather: Weather
  readonly deeds: readonly TimedDeed[]
  /** Lives of orch that may end by a kill. */
  readonly deaths: number
  /** Who pays for the sessions. */
  readonly accounts: readonly Account[]
  /** How often the limit of each account may be hit. */
  readonly limits: number
  /** Lives before everything turns calm and the work must get done. */
  readonly wildLives: number
}
