import type { BudgetMeasure, BudgetScope } from './budget.js'
import type { Stall } from './policy/convergence.js'
import type { ResolutionFaults } from './policy/resolution.js'
import type { TakeOver } from './take-over.js'

/** Everything that can go wrong in a run. Saved in facts, so each arm carries plain data only. */
export type Failure =
  // the agent
  | { readonly reason: 'agent-missing'; readonly command: string }
  | { readonly reason: 'agent-misconfigured'; readonly detail: string }
  | { readonly reason: 'agent-crashed'; readonly detail: string }
  | { readonly reason: 'agent-without-result'; readonly exitCode: number | null }
  | { readonly reason: 'agent-refused'; readonly detail: string }
  /** `tool`: what it was running then; null or absent: nothing that it told of. */
  | { readonly reason: 'agent-silent'; readonly silentMs: number; readonly tool?: string | null }
  | { readonly reason: 'agent-timed-out'; readonly limitMs: number }
  | { readonly reason: 'session-lost'; readonly session: string }
  | {
      readonly reason: 'service-unavailable'
      /** Absent: not known. */
      readonly cause?: 'overloaded' | 'server-error' | 'network'
      readonly detail: string
    }
  | { readonly reason: 'login-refused'; readonly detail: string }
  | { readonly reason: 'billing-refused'; readonly detail: string }
  | { readonly reason: 'model-unknown'; readonly detail: string }
  | {
      readonly reason: 'budget-reached'
      /** Whose it is: that of one session, or one that orch counts itself. */
      readonly scope: 'session' | BudgetScope
      readonly measure: 'turns' | BudgetMeasure
      readonly detail: string
    }
  | { readonly reason: 'context-too-long'; readonly detail: string }
  // the work
  | { readonly reason: 'empty-diff' }
  | { readonly reason: 'permission-refused'; readonly tools: readonly string[] }
  | { readonly reason: 'setup-failed'; readonly command: string; readonly output: string }
  | { readonly reason: 'entry-requirement-unmet'; readonly command: string; readonly output: string }
  | { readonly reason: 'checks-failed'; readonly commands: readonly string[]; readonly rounds: number }
  | {
      readonly reason: 'review-unresolved'
      readonly findings: number
      readonly rounds: number
      /** How many points held it back, review after review; absent: not known. */
      readonly trend?: readonly number[]
      /** Further rounds would not have helped; absent: there were no more. */
      readonly stall?: Stall
    }
  | { readonly reason: 'review-unreadable'; readonly detail: string }
  | { readonly reason: 'review-not-readonly'; readonly files: readonly string[] }
  | { readonly reason: 'remediation-without-change'; readonly cause: string }
  /** `takeOver`: where a person finds both sides. */
  | { readonly reason: 'conflict-unresolved'; readonly files: readonly string[]; readonly takeOver?: TakeOver }
  /** An agent resolved it, left out tests or changed other files without a reason, and did so again when it was told. */
  | ({ readonly reason: 'resolution-refused'; readonly files: readonly string[]; readonly takeOver?: TakeOver } & ResolutionFaults)
  | { readonly reason: 'forbidden-file-committed'; readonly files: readonly string[] }
  | { readonly reason: 'approval-missing' }
  /** A session wrote where it has no business. `patch`: where what it wrote is kept, relative to the repository. */
  | {
      readonly reason: 'leaked-outside-worktree'
      readonly session: string
      readonly where: string
      readonly files: readonly string[]
      readonly patch: string
    }
  /** Somebody changed the task's own worktree or branch from outside, and which of these tasks' sessions it was cannot be told. */
  | {
      readonly reason: 'changed-from-outside'
      readonly tasks: readonly string[]
      readonly files: readonly string[]
      readonly patch: string
    }
  // the plan
  | { readonly reason: 'dependency-failed'; readonly on: string }
  | { readonly reason: 'stage-failed'; readonly stage: number }
  | {
      readonly reason: 'milestones-invalid'
      readonly problems: readonly string[]
      /** What is missing was added to a stage that has passed: only another run carries it out. Absent: not so. */
      readonly isForAnotherRun?: true
    }
  /** Before anything was begun, and the config wants to stop then. */
  | { readonly reason: 'base-red'; readonly commit: string; readonly commands: readonly string[] }
  // the repository
  | { readonly reason: 'git-failed'; readonly doing: string; readonly detail: string }
  | { readonly reason: 'not-a-repository'; readonly path: string }
  | { readonly reason: 'bare-repository'; readonly path: string }
  | { readonly reason: 'no-commits' }
  | { readonly reason: 'detached-head' }
  /** The config names a program that merges by structure, and it is not there. */
  | { readonly reason: 'merge-program-missing'; readonly command: string }
  | { readonly reason: 'branch-missing'; readonly branch: string }
  | { readonly reason: 'branch-moved'; readonly branch: string; readonly expected: string }
  | { readonly reason: 'checkout-in-the-way'; readonly path: string; readonly detail: string; readonly branch: string }
  | { readonly reason: 'checkout-busy'; readonly path: string; readonly detail: string; readonly branch: string }
  | { readonly reason: 'base-conflict'; readonly files: readonly string[]; readonly branch: string }
  // an undo, of which nothing was done
  | { readonly reason: 'undo-conflict'; readonly stage: number; readonly files: readonly string[] }
  | { readonly reason: 'undo-red'; readonly commands: readonly string[] }
  | { readonly reason: 'undo-in-the-way'; readonly path: string; readonly detail: string }
  // pull requests
  | { readonly reason: 'remote-missing'; readonly branch: string }
  /** Neither a program nor a token gives access to it. */
  | { readonly reason: 'forge-unreachable'; readonly host: string }
  | { readonly reason: 'forge-failed'; readonly doing: string; readonly detail: string }
  /** Of a pull request; `pending`: not ended within `git.prWait`. */
  | { readonly reason: 'pull-request-red'; readonly url: string; readonly failed: readonly string[]; readonly pending: readonly string[] }
  // the surroundings
  | { readonly reason: 'disk-full'; readonly path: string; readonly detail?: string }
  /** The worktrees of a stage will not fit. Bytes. */
  | { readonly reason: 'disk-short'; readonly path: string; readonly tasks: number; readonly needs: number; readonly free: number }
  /** Its session was ended again and again because the machine ran out of memory. */
  | { readonly reason: 'memory-short'; readonly times: number }
  /** The repository wants files to go through a program (Git LFS and the like) that is not on this machine. */
  | { readonly reason: 'filter-missing'; readonly command: string }
  | { readonly reason: 'state-unreadable'; readonly path: string; readonly detail: string }
  | { readonly reason: 'locked'; readonly holder: string }
  | { readonly reason: 'limit-reached'; readonly until: string | null }
  | { readonly reason: 'interrupted' }
  /** So many sessions in a row failed for the same cause that the next one would too. */
  | { readonly reason: 'breaker-tripped'; readonly cause: Failure; readonly count: number; readonly tasks: readonly string[] }
  /** No free ports, or no place to note them. */
  | { readonly reason: 'lease-failed'; readonly detail: string }
  | { readonly reason: 'internal'; readonly detail: string }

export type FailureReason = Failure['reason']
