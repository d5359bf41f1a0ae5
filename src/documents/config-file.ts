import type { BudgetLimits } from '../core/budget.js'
import type { Check } from '../core/check.js'
import { type AccountSettings, type Config, defaultConfig } from '../core/config.js'
import { compareProblems, type Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'
import { parseClockTime } from './clock-time.js'
import { type ConfigFile, configSchema } from './config-schema.js'
import { parseDuration } from './duration.js'
import { parseJsonc } from './jsonc.js'
import { placesIn } from './position.js'
import { repoPath } from './repo-path.js'
import { shapeProblems } from './shape-problems.js'
import { parseSize } from './size.js'

const mostCharacters = 1024 * 1024

/** Reads `.orchestratorrc.json`: JSON, comments allowed. Absent keys get their defaults; all that is wrong is reported at once. */
export function parseConfig(source: { readonly file: string; readonly text: string }): Result<Config, readonly Problem[]> {
  const { file } = source
  const text = source.text.replace(/^\uFEFF/, '')
  const placeAt = placesIn(text)
  const problem = (offset: number, message: string, hint: string): Result<Config, readonly Problem[]> =>
    err([{ file, ...placeAt(offset), message, hint }])
  if (text.length > mostCharacters) return problem(0, 'the file is larger than 1 MiB', 'This is hardly a config; is the path right?')
  const json = parseJsonc(text)
  if (!json.ok) return problem(json.error.offset, `this is no JSON: ${json.error.message}`, 'Correct it here; an empty config is {}')
  const read = configSchema.safeParse(json.value.value)
  if (read.success) return ok(fillIn(read.data))
  const placeOf = (path: readonly (string | number)[]) => placeAt(json.value.offsetOf(path))
  const problems = shapeProblems(read.error.issues, { file, name: 'the config', schema: configSchema, value: json.value.value, placeOf })
  return err(problems.sort(compareProblems))
}

/** Every key of the file has its line here, and what is absent its default. */
function fillIn(file: ConfigFile): Config {
  const fallback = defaultConfig
  const execution = executionOf(file)
  return {
    milestones: { dir: pathOf(file.milestones?.dir) ?? fallback.milestones.dir },
    tasksFile: pathOf(file.tasksFile) ?? fallback.tasksFile,
    checks: file.checks?.map((check) => checkOf(check, execution.checkTimeoutMs)) ?? fallback.checks,
    git: {
      baseBranch: file.git?.baseBranch ?? fallback.git.baseBranch,
      envFiles: file.git?.envFiles?.map((path) => pathOf(path) ?? path) ?? fallback.git.envFiles,
      mergeRounds: file.git?.merge?.maxRounds ?? fallback.git.mergeRounds,
      mergeOrder: file.git?.merge?.order ?? fallback.git.mergeOrder,
      structuralMerge: file.git?.merge?.structural ?? fallback.git.structuralMerge,
      pr: file.git?.pr ?? fallback.git.pr,
      prDraft: file.git?.prDraft ?? fallback.git.prDraft,
      prWaitMs: file.git?.prWait == null ? fallback.git.prWaitMs : parseDuration(file.git.prWait),
    },
    worktree: {
      setup: file.worktree?.setup ?? fallback.worktree.setup,
      leases: { ...fallback.worktree.leases, ...given(file.worktree?.leases) },
    },
    execution,
    agent: agentOf(file),
    review: { ...fallback.review, ...given(file.review) },
    rateLimit: {
      autoResume: file.rateLimit?.autoResume ?? fallback.rateLimit.autoResume,
      waitMs: ms(file.rateLimit?.wait, fallback.rateLimit.waitMs),
      maxWaitMs: ms(file.rateLimit?.maxWait, fallback.rateLimit.maxWaitMs),
      marginMs: ms(file.rateLimit?.margin, fallback.rateLimit.marginMs),
      until: parseClockTime(file.rateLimit?.until ?? '') ?? fallback.rateLimit.until,
    },
    auth: {
      mode: file.auth?.mode ?? fallback.auth.mode,
      file: file.auth?.file ?? fallback.auth.file,
      accounts: file.auth?.accounts?.map(accountOf) ?? fallback.auth.accounts,
    },
    budget: budgetOf(file),
    pace: paceOf(file),
    resources: resourcesOf(file),
    health: {
      stuckAfterMs: ms(file.health?.stuckAfter, fallback.health.stuckAfterMs),
      toolTimeoutMs: ms(file.health?.toolTimeout, fallback.health.toolTimeoutMs),
      killGraceMs: ms(file.health?.killGrace, fallback.health.killGraceMs),
      breaker: file.health?.breaker ?? fallback.health.breaker,
    },
  }
}

function executionOf({ execution: file }: ConfigFile): Config['execution'] {
  const fallback = defaultConfig.execution
  return {
    concurrency: file?.concurrency === 'auto' ? null : (file?.concurrency ?? fallback.concurrency),
    checkConcurrency: file?.checkConcurrency === 'auto' ? null : (file?.checkConcurrency ?? fallback.checkConcurrency),
    maxConcurrency: file?.maxConcurrency ?? fallback.maxConcurrency,
    spawnPerMinute: file?.spawnPerMinute === undefined ? fallback.spawnPerMinute : file.spawnPerMinute,
    taskTimeoutMs: ms(file?.taskTimeout, fallback.taskTimeoutMs),
    checkTimeoutMs: ms(file?.checkTimeout, fallback.checkTimeoutMs),
    retries: file?.retries ?? fallback.retries,
    retryDelayMs: ms(file?.retryDelay, fallback.retryDelayMs),
    retryFactor: file?.retryFactor ?? fallback.retryFactor,
    retryMaxMs: ms(file?.retryMax, fallback.retryMaxMs),
    keepAwake: file?.keepAwake ?? fallback.keepAwake,
    redBase: file?.redBase ?? fallback.redBase,
  }
}

function resourcesOf({ resources: file }: ConfigFile): Config['resources'] {
  const fallback = defaultConfig.resources
  const { sample, perTaskMemory, maxMemory, ...rest } = file ?? {}
  return {
    ...fallback,
    ...given(rest),
    sampleMs: ms(sample, fallback.sampleMs),
    perTaskMemory: bytes(perTaskMemory) ?? fallback.perTaskMemory,
    maxMemory: bytes(maxMemory ?? undefined) ?? fallback.maxMemory,
  }
}

function agentOf({ agent: file }: ConfigFile): Config['agent'] {
  const fallback = defaultConfig.agent
  const rules = file?.fallback?.map(({ on, from, to }) => ({ on: on ?? [], from: from ?? null, to }))
  return { ...fallback, ...given(file), models: { ...fallback.models, ...given(file?.models) }, fallback: rules ?? fallback.fallback }
}

function budgetOf({ budget: file }: ConfigFile): Config['budget'] {
  const { warnAt } = defaultConfig.budget
  const limits = (scope: '' | 'PerStage' | 'PerTask'): BudgetLimits => ({
    usd: file?.[`maxUsd${scope}`] ?? null,
    tokens: file?.[`maxTokens${scope}`] ?? null,
    toolUses: file?.[`maxToolUses${scope}`] ?? null,
    duration: file?.[`maxDuration${scope}`] == null ? null : parseDuration(file[`maxDuration${scope}`] ?? 0),
    sessions: file?.[`maxSessions${scope}`] ?? null,
  })
  return {
    preset: file?.preset ?? null,
    run: limits(''),
    stage: limits('PerStage'),
    task: limits('PerTask'),
    warnAt: file?.warnAt ?? warnAt,
  }
}

function paceOf({ rateLimit: file }: ConfigFile): Config['pace'] {
  const fallback = defaultConfig.pace
  return {
    enabled: file?.pace ?? fallback.enabled,
    requestsPerMinute: file?.requestsPerMinute ?? fallback.requestsPerMinute,
    tokensPerMinute: file?.tokensPerMinute ?? fallback.tokensPerMinute,
    tokensPerDay: file?.tokensPerDay ?? fallback.tokensPerDay,
    burst: file?.burst ?? fallback.burst,
    reserve: file?.reserve ?? fallback.reserve,
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The keys that were written. */
function given<T extends object>(part: T | undefined): Given<T> {
  return Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as Given<T>
}

const pathOf = (path: string | undefined): string | null => (path === undefined ? null : repoPath(path))

const bytes = (value: string | number | undefined): number | null => (value === undefined ? null : parseSize(value))

/** The schema has let only readable durations through. */
const ms = (value: string | number | undefined, fallback: number): number =>
  value === undefined ? fallback : (parseDuration(value) ?? fallback)

type AccountInFile = NonNullable<NonNullable<ConfigFile['auth']>['accounts']>[number]

const accountOf = (account: AccountInFile): AccountSettings => ({
  name: account.name,
  keyFromEnv: account.keyFromEnv ?? null,
  keyFile: account.keyFile ?? null,
  baseUrl: account.baseUrl ?? null,
  configDir: account.configDir ?? null,
  env: account.env ?? {},
})

type CheckInFile = NonNullable<ConfigFile['checks']>[number]

const checkOf = (check: CheckInFile, timeoutMs: number): Check =>
  typeof check === 'string' ? { command: check, timeoutMs } : { command: check.run, timeoutMs: ms(check.timeout, timeoutMs) }
