import { type BudgetLimits, noBudget } from './budget.js'
import type { Check } from './check.js'
import type { Lens } from './lens.js'
import { mebibyte } from './machine.js'
import type { ResourceRules } from './policy/admission.js'
import type { FallbackRule } from './policy/fallback.js'
import type { Severity } from './verdict.js'

export type PermissionMode = 'acceptEdits' | 'dontAsk' | 'bypassPermissions'
export type AuthMode = 'oauth' | 'api-keys-first' | 'api-keys-only'

/** An account of the pool as the config tells of it: where its secret is, never the secret. */
export interface AccountSettings {
  readonly name: string
  /** The environment variable that holds its key or token. */
  readonly keyFromEnv: string | null
  /** The file that holds its key or token; `~/` is the home folder. */
  readonly keyFile: string | null
  readonly baseUrl: string | null
  /** Where the agent program keeps this account's login and conversations. */
  readonly configDir: string | null
  readonly env: Readonly<Record<string, string>>
}

export type SandboxLevel = 'auto' | 'off' | 'required'

/** Everything that `.orchestratorrc.json` can say, defaults filled in. Durations are milliseconds. */
export interface Config {
  readonly milestones: { readonly dir: string }
  readonly tasksFile: string
  readonly checks: readonly Check[]
  readonly git: {
    /** Null: the branch that is checked out when the run starts. */
    readonly baseBranch: string | null
    /** Copied into every worktree, mode kept, never committed. */
    readonly envFiles: readonly string[]
    /** How often one task may be brought onto what was merged before it. */
    readonly mergeRounds: number
    /** `plan`: approved tasks are combined once nothing of the stage is under way; `finished`: while others still work. */
    readonly mergeOrder: 'plan' | 'finished'
    /** What is tried on files in conflict before an agent is: `auto`: mergiraf, if it is there; `off`: nothing; else a program that speaks its command line. */
    readonly structuralMerge: string
    /** What is published as a pull request once a stage has landed: nothing, the stage, or each of its tasks. */
    readonly pr: 'off' | 'stage' | 'task'
    readonly prDraft: boolean
    /** How long the checks of a pull request are waited for, in milliseconds; null: not at all. */
    readonly prWaitMs: number | null
  }
  readonly worktree: {
    readonly setup: readonly string[]
    /** What each worktree has for itself alone on this machine. */
    readonly leases: {
      /** So many ports in a row; 0: none. */
      readonly ports: number
      /** A temporary folder. */
      readonly temp: boolean
      /** Environment variables that each get a name which no other worktree has. */
      readonly names: readonly string[]
    }
  }
  readonly execution: {
    /** Null: as many as the machine's memory bears, `maxConcurrency` at most. */
    readonly concurrency: number | null
    readonly maxConcurrency: number
    /** Commands that run at a time; null: as many as there are processors. */
    readonly checkConcurrency: number | null
    /** Sessions begun within any minute; null: no matter how many. */
    readonly spawnPerMinute: number | null
    readonly taskTimeoutMs: number
    readonly checkTimeoutMs: number
    readonly retries: number
    readonly retryDelayMs: number
    readonly retryFactor: number
    readonly retryMaxMs: number
    /** The machine does not fall asleep while a run is carried out. */
    readonly keepAwake: boolean
    /** When the checks fail on what a stage starts from: begin all the same, or stop before anything is paid for. */
    readonly redBase: 'go-on' | 'stop'
  }
  readonly agent: {
    readonly command: string
    readonly args: readonly string[]
    readonly model: string | null
    readonly models: {
      readonly implement: string | null
      readonly review: string | null
      readonly remediate: string | null
      readonly resolve: string | null
    }
    readonly effort: string | null
    readonly permissionMode: PermissionMode
    readonly sandbox: SandboxLevel
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly allowedDomains: readonly string[]
    readonly constraints: readonly string[]
    readonly env: Readonly<Record<string, string>>
    /** Which of the program's own settings files are read: user, project, local. */
    readonly settingSources: readonly string[]
    readonly maxTurns: number | null
    /** Of one session. */
    readonly budgetUsd: number | null
    readonly fallback: readonly FallbackRule[]
  }
  readonly review: {
    readonly enabled: boolean
    readonly maxRounds: number
    readonly scope: readonly ('task' | 'stage')[]
    /** From which severity on findings hold work back. */
    readonly bar: Severity
    readonly lenses: readonly Lens[]
    /** How many lenses must approve; null: all. */
    readonly quorum: number | null
    /** The program that reviews; null: `agent.command`. */
    readonly command: string | null
  }
  readonly rateLimit: {
    readonly autoResume: boolean
    readonly waitMs: number
    readonly maxWaitMs: number
    readonly marginMs: number
    /** A local time of day beyond which no limit is waited for. */
    readonly until: { readonly hour: number; readonly minute: number } | null
  }
  readonly auth: {
    readonly mode: AuthMode
    /** Null: the usual places. */
    readonly file: string | null
    readonly accounts: readonly AccountSettings[]
  }
  readonly budget: {
    /** Sane limits for what is not given here; null: none. */
    readonly preset: 'guarded' | null
    readonly run: BudgetLimits
    readonly stage: BudgetLimits
    readonly task: BudgetLimits
    /** The part of a budget, from 0 to 1, at which a person is told. */
    readonly warnAt: number
  }
  readonly pace: PaceConfig
  readonly resources: ResourceRules & {
    /** Between two looks at the machine. */
    readonly sampleMs: number
    /** What a session is expected to take until it is known better. Bytes. */
    readonly perTaskMemory: number
    /** Of all sessions together; each gets its share. Null: what the program allows each. */
    readonly subagents: number | null
    /** Sessions get heap settings for Node by what the machine has. */
    readonly nodeOptions: boolean
  }
  readonly health: {
    /** Of silence between tools, and while a tool runs. */
    readonly stuckAfterMs: number
    readonly toolTimeoutMs: number
    readonly killGraceMs: number
    /** Like failures in a row, of several tasks, that stop the stage; 0: none do. */
    readonly breaker: number
  }
}

/** How fast the agent's service may be asked, over all sessions. */
export interface PaceConfig {
  readonly enabled: boolean
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
  readonly tokensPerDay: number
  /** By how much more may be used at once after a quiet time. */
  readonly burst: number
  /** The part that only tasks of critical priority may use. */
  readonly reserve: number
}

const minute = 60_000

export const defaultConfig: Config = {
  milestones: { dir: 'milestones' },
  tasksFile: 'TASKS.md',
  checks: [],
  git: {
    baseBranch: null,
    envFiles: ['.env', '.env.local'],
    mergeRounds: 2,
    mergeOrder: 'plan',
    structuralMerge: 'auto',
    pr: 'off',
    prDraft: false,
    prWaitMs: null,
  },
  worktree: { setup: [], leases: { ports: 0, temp: false, names: [] } },
  execution: {
    concurrency: null,
    maxConcurrency: 50,
    checkConcurrency: null,
    spawnPerMinute: 60,
    taskTimeoutMs: 30 * minute,
    checkTimeoutMs: 10 * minute,
    retries: 3,
    retryDelayMs: 30_000,
    retryFactor: 2,
    retryMaxMs: 10 * minute,
    keepAwake: false,
    redBase: 'go-on',
  },
  agent: {
    command: 'claude',
    args: [],
    model: null,
    models: { implement: null, review: null, remediate: null, resolve: null },
    effort: null,
    permissionMode: 'acceptEdits',
    sandbox: 'auto',
    allow: [],
    deny: [],
    allowedDomains: ['registry.npmjs.org'],
    constraints: [],
    env: {},
    settingSources: [],
    maxTurns: null,
    budgetUsd: null,
    fallback: [],
  },
  review: { enabled: true, maxRounds: 3, scope: ['task', 'stage'], bar: 'major', lenses: ['correctness'], quorum: null, command: null },
  rateLimit: { autoResume: true, waitMs: 5 * minute, maxWaitMs: 8 * 24 * 60 * minute, marginMs: minute, until: null },
  auth: { mode: 'oauth', file: null, accounts: [] },
  budget: { preset: null, run: noBudget, stage: noBudget, task: noBudget, warnAt: 0.8 },
  pace: { enabled: false, requestsPerMinute: 100, tokensPerMinute: 100_000, tokensPerDay: 10_000_000, burst: 1.2, reserve: 0.1 },
  resources: {
    cpuMax: 90,
    memMax: 85,
    diskMax: 90,
    hysteresis: 5,
    sampleMs: 10_000,
    perTaskMemory: 700 * mebibyte,
    maxMemory: null,
    subagents: 20,
    nodeOptions: false,
  },
  health: { stuckAfterMs: 5 * minute, toolTimeoutMs: 15 * minute, killGraceMs: 10_000, breaker: 5 },
}
