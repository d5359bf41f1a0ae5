import type { FailureReason } from '../core/failure.js'
import type { TaskStateName } from '../core/public-state.js'
import type { StatusWait } from './waits.js'

export type RunStateName = 'running' | 'waiting' | 'paused' | 'done' | 'failed' | 'interrupted'
export type StageStateName = 'pending' | 'running' | 'merging' | 'done' | 'failed'

/** What `orch status --json` prints. Times are ISO 8601, money US dollars; only ever added to within a version. */
export interface StatusJson {
  readonly schemaVersion: 1
  /** Null: there is no run yet, and the stages show the plan. */
  readonly run: {
    readonly id: string
    readonly state: RunStateName
    readonly startedAt: string
    readonly endedAt: string | null
    readonly baseBranch: string
    readonly baseCommit: string
    /** Where the base branch stands after what this run landed. */
    readonly headCommit: string
    /** A stand-in worked in the place of the agent, on a branch of its own. */
    readonly rehearsal: boolean
    /** Why it stopped before its end. */
    readonly failure: FailureStatus | null
  } | null
  readonly wait: StatusWait | null
  /** Who may pay for sessions, in the order in which they take turns; empty before the first run. */
  readonly accounts: readonly AccountStatus[]
  readonly stages: readonly StageStatus[]
  readonly totals: {
    readonly tasks: number
    readonly merged: number
    readonly failed: number
    /** Sessions that were about a whole stage included. */
    readonly costUsd: number
    /** The part of it that is estimated by list prices. */
    readonly estimatedUsd: number
    readonly tokens: { readonly input: number; readonly output: number }
  }
}

export interface AccountStatus {
  readonly name: string
  readonly state: 'open' | 'closed'
  /** ISO 8601; null when it is open. */
  readonly until: string | null
  /** `five_hour`, `seven_day` and the like; null when it is open or nobody said. */
  readonly window: string | null
  /** The last session was started on it. */
  readonly current: boolean
  /** So many sessions at a time, for the service is overloaded or a limit has just lifted; null: as many as configured. */
  readonly sessions: number | null
}

export interface StageStatus {
  readonly stage: number
  readonly state: StageStateName
  /** What the config's checks said of the commit that it starts from, and which failed; null: nobody had to look. */
  readonly base: { readonly commit: string; readonly failing: readonly string[] } | null
  /** Checks that failed and then passed on the same commit: on what it starts from, or on a combination of its tasks. */
  readonly flaky: readonly string[]
  readonly failure: FailureStatus | null
  /** It was merged, and a person had it undone. */
  readonly undone: boolean
  readonly tasks: readonly TaskStatus[]
}

export interface FailureStatus {
  readonly reason: FailureReason
  readonly message: string
  readonly hint: string | null
  /** To be typed one after the other at the top of the repository; absent: the hint says it all. */
  readonly commands?: readonly string[]
}

export interface TaskStatus {
  readonly id: string
  readonly title: string
  readonly state: TaskStateName
  readonly attempts: number
  readonly reviewRounds: number
  /** How many points held it back, review after review. */
  readonly reviewTrend: readonly number[]
  /** What reviews of its merged stage found in what it brought. */
  readonly stageFindings: number
  readonly branch: string | null
  /** The merge, or the newest commit of its branch once there is one beyond the base. */
  readonly commit: string | null
  readonly costUsd: number
  readonly durationMs: number
  readonly waitingFor: StatusWait | null
  /** What was done about a session of it that hung; null: nothing, or it is over. */
  readonly health: 'nudged' | 'restarted' | null
  /** Checks that failed and then passed on the same commit. */
  readonly flaky: readonly string[]
  readonly failure: FailureStatus | null
}
