import { z } from 'zod'
import { defaultConfig as fallback } from '../core/config.js'
import { lenses } from '../core/lens.js'
import { fallbackCauses } from '../core/policy/fallback.js'
import { isSecretName } from '../core/secret-name.js'
import { severities } from '../core/verdict.js'
import { parseClockTime } from './clock-time.js'
import { parseDuration, writeDuration } from './duration.js'
import { repoPath } from './repo-path.js'
import { parseSize, writeSize } from './size.js'

/** An option with its description and, for editors, the value that holds when it is absent. */
const option = <T extends z.ZodType>(schema: T, description: string, byDefault?: unknown) =>
  schema.optional().meta({ description, ...(byDefault === undefined ? {} : { default: byDefault }) })

const group = <T extends z.core.$ZodLooseShape>(shape: T, description: string) =>
  z.strictObject(shape, { error: 'an object with keys of its own: { … }' }).optional().meta({ description })

const textError = 'a text that is not empty'
const text = z.string({ error: textError }).min(1, { error: textError })
const texts = (what: string) => z.array(text, { error: `a list of ${what}` })
const yesOrNo = z.boolean({ error: 'true or false' })
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values, { error: `one of ${values.join(', ')}` })

const wholeNumber = (from: number, to: number, error = `a whole number from ${from} to ${to}`) =>
  z.int({ error }).min(from, { error }).max(to, { error })

const concurrencyError = '"auto" or a whole number from 1 to 50'
const concurrency = z.union([z.literal('auto'), wholeNumber(1, 50, concurrencyError)], { error: concurrencyError })

const durationError = 'a duration like "30m", "90s", or a number of milliseconds'
const duration = z
  .union([z.string().meta({ pattern: '\\d' }), z.number().meta({ minimum: 0 })], { error: durationError })
  .refine((value) => parseDuration(value) !== null, { error: durationError })
/** A duration of 0 would end what it limits before it began. */
const limit = duration.refine((value) => parseDuration(value) !== 0, { error: `${durationError}, above 0` })

const sizeError = 'a size like "700MiB", "2GB", or a number of bytes'
const size = z
  .union([z.string().meta({ pattern: '\\d' }), z.number().meta({ exclusiveMinimum: 0 })], { error: sizeError })
  .refine((value) => parseSize(value) !== null, { error: sizeError })
const percent = wholeNumber(1, 100)

const pathError = 'a path within the repository, like "docs/tasks"'
const path = z.string({ error: pathError }).refine((value) => repoPath(value) !== null, { error: pathError })
const filePath = path.refine((value) => repoPath(value) !== '.' && !/[/\\]$/.test(value), {
  error: 'the path of a file within the repository',
})

const command = z.union([text, z.strictObject({ run: text, timeout: option(limit, 'How long it may take.') })], {
  error: 'a command like "npm test", or { "run": "npm test", "timeout": "10m" }',
})
const money = { error: 'a number of US dollars above 0' }
const dollars = z.number(money).positive(money).nullable()
const lensesError = `a list of ${lenses.join(', ')}, each once, correctness among them`
const amount = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'a whole number above 0').nullable()
const amountAbove0 = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'a whole number above 0')
const fraction = (error: string) => z.number({ error }).min(0, { error }).max(1, { error })
const fallbackRule = z.strictObject({
  on: option(z.array(oneOf(fallbackCauses), { error: `a list of ${fallbackCauses.join(', ')}` }), 'What it is for; absent: all of them.'),
  from: option(text, 'The model that it is for; absent: any.'),
  to: text.meta({ description: 'The model to go on with.' }),
})
const modelName = text.nullable()
const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'made of letters, digits and _' }),
  z.string({ error: 'a text' }),
  { error: 'an object of names and texts' },
)
const atOnce = 'How many tasks at a time: "auto" for as many as the memory that is free bears, or a number from 1 to 50.'
const checksAtOnce =
  'How many commands (checks, setup, entry requirements) at a time: "auto" for as many as there are processors, or a number from 1 to 50.'
const rampUp = 'How many sessions may begin within any minute, so that they do not all start at once; null: no matter how many.'
const fullMemory =
  'Nothing starts while more percent of memory are used; half way from there to 100 the youngest session is frozen, then ended to go on later. 100: never.'
const busy = 'Nothing more starts while the processors are busier, in percent, mostly with running sessions. 100: never.'
const mergeOrder =
  'When approved tasks are combined and checked: "plan" in the order of their names once the stage has nothing else to do, "finished" as they finish, while others still work. Your branch moves once for each stage, always.'
const structural =
  'What is tried on files in conflict before an agent is: "auto" for mergiraf if it is on the PATH, "off", or a program that takes the same arguments (merge BASE LEFT RIGHT -o OUT -p PATH).'
const pullRequests =
  'What is pushed and shown as a pull request once a stage has landed: nothing ("off"), the "stage", or each "task" of it. Only branches of orch are pushed, never yours.'
const checksThere =
  'How long the checks of a pull request are waited for, those that the branch requires or else all; when they fail, the run stops before the next stage. null: not at all.'
const redBase =
  'When the checks fail on the commit that a stage starts from: "go-on" tells it and begins all the same, "stop" ends the run before anything is paid for.'
const subagents =
  'How many subagents all sessions together may have at a time; each session is given its share. null: what the program allows each session.'
const heap = 'Whether sessions get heap settings for Node (NODE_OPTIONS, UV_THREADPOOL_SIZE) by what the machine has: see orch hardware.'
const model = (what: string) => option(modelName, `The model for ${what}, if another than agent.model.`, null)

const clockTimeError = 'a time of day like "07:30"'
const clockTime = z.string({ error: clockTimeError }).refine((value) => parseClockTime(value) !== null, { error: clockTimeError })

const logins: ReadonlySet<string> = new Set(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])
const inlineLogin = 'without keys and tokens: set them in the environment of orch, or name them in auth.accounts (keyFromEnv, keyFile)'
const inlineSecret = 'no secret: keep it in an environment variable (keyFromEnv) or in a file of mode 600 (keyFile)'
const variableError = 'the name of an environment variable, never the key itself'
const account = z.strictObject(
  {
    name: z
      .string({ error: 'a name' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, { error: 'made of letters, digits, - and _, at most 40; it is written into logs' }),
    keyFromEnv: option(
      z.string({ error: variableError }).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: variableError }),
      'The environment variable that holds its key or token; sessions are not given it by that name.',
    ),
    keyFile: option(text, 'A file of mode 600 that holds its key or token.'),
    baseUrl: option(z.url({ error: 'a URL' }), 'Where its service is, if not where the agent program looks.'),
    configDir: option(text, 'The folder in which the agent program keeps its login and conversations (CLAUDE_CONFIG_DIR).'),
    env: option(
      variables.refine((env) => Object.keys(env).every((name) => !isSecretName(name)), { error: inlineSecret }),
      'Further environment variables of its sessions.',
    ),
  },
  { error: 'an account: { "name": "work", "keyFromEnv": "WORK_KEY" }' },
)

const leasedNameError = 'a list of names of environment variables, none of which orch or the system sets'
/** What orch tells by itself, and what a shell needs. */
const takenNames = /^(?:ORCH_.*|PATH|HOME|USER|SHELL|CI|TMPDIR|TEMP|TMP)$/i
const leasedName = z
  .string({ error: leasedNameError })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: leasedNameError })
  .refine((name) => !takenNames.test(name), { error: leasedNameError })

const { git, worktree, execution, agent, review, rateLimit, auth, pace, budget, resources, health } = fallback

/** What `.orchestratorrc.json` may say. Each key is optional; keys that are not here are refused. */
export const configSchema = z.strictObject(
  {
    $schema: option(z.string({ error: 'a text' }), 'Where editors find the schema of this file.'),
    milestones: group({ dir: option(path, 'The folder with the milestone files.', fallback.milestones.dir) }, 'The plan.'),
    tasksFile: option(filePath, 'Where the state of all tasks is written.', fallback.tasksFile),
    checks: option(
      z.array(command, { error: 'a list of commands' }),
      'Commands that must pass before and after every merge.',
      fallback.checks,
    ),
    git: group(
      {
        baseBranch: option(modelName, 'The branch to work for; null: the one that is checked out.', git.baseBranch),
        envFiles: option(
          z.array(filePath, { error: 'a list of paths' }),
          'Files that are copied into every worktree and never committed.',
          git.envFiles,
        ),
        merge: group(
          {
            maxRounds: option(wholeNumber(0, 20), 'How often one task may be brought onto what was merged before it.', git.mergeRounds),
            order: option(oneOf(['plan', 'finished']), mergeOrder, git.mergeOrder),
            structural: option(text, structural, git.structuralMerge),
          },
          'Merging.',
        ),
        pr: option(oneOf(['off', 'stage', 'task']), pullRequests, git.pr),
        prDraft: option(yesOrNo, 'Whether pull requests are opened as drafts.', git.prDraft),
        prWait: option(limit.nullable(), checksThere, git.prWaitMs),
      },
      'Branches and files.',
    ),
    worktree: group(
      {
        setup: option(texts('commands'), 'Commands run once in each new worktree, such as npm ci.', []),
        leases: group(
          {
            ports: option(
              wholeNumber(0, 1000),
              'How many free ports in a row each worktree gets, told as ORCH_PORT (the first) and ORCH_PORTS ("20000-20009").',
              worktree.leases.ports,
            ),
            temp: option(yesOrNo, 'Whether each worktree gets a temporary folder, told as TMPDIR, TEMP and TMP.', worktree.leases.temp),
            names: option(
              z.array(leasedName, { error: leasedNameError }),
              'Environment variables that each get a name no other worktree has, such as COMPOSE_PROJECT_NAME or DATABASE_NAME.',
              worktree.leases.names,
            ),
          },
          'What each worktree has for itself alone on this machine, so that tests of several tasks can run servers at once.',
        ),
      },
      'The folders in which tasks are carried out.',
    ),
    execution: group(
      {
        concurrency: option(concurrency, atOnce, 'auto'),
        maxConcurrency: option(wholeNumber(1, 50), 'The most tasks at a time that "auto" may choose.', execution.maxConcurrency),
        checkConcurrency: option(concurrency, checksAtOnce, 'auto'),
        spawnPerMinute: option(wholeNumber(1, 10_000).nullable(), rampUp, execution.spawnPerMinute),
        taskTimeout: option(limit, 'How long one session of the agent may take.', writeDuration(execution.taskTimeoutMs)),
        checkTimeout: option(limit, 'How long one check may take.', writeDuration(execution.checkTimeoutMs)),
        retries: option(wholeNumber(0, 100), 'How many failed sessions in a row are repeated.', execution.retries),
        retryDelay: option(duration, 'The first delay when the service does not answer.', writeDuration(execution.retryDelayMs)),
        retryFactor: option(
          z
            .number({ error: 'a number from 1 to 10' })
            .min(1, { error: 'a number from 1 to 10' })
            .max(10, { error: 'a number from 1 to 10' }),
          'By how much each further delay is longer.',
          execution.retryFactor,
        ),
        retryMax: option(duration, 'The longest delay.', writeDuration(execution.retryMaxMs)),
        keepAwake: option(yesOrNo, 'Whether the machine is kept from falling asleep while a run is carried out.', execution.keepAwake),
        redBase: option(oneOf(['go-on', 'stop']), redBase, execution.redBase),
      },
      'How tasks are carried out.',
    ),
    agent: group(
      {
        command: option(text, 'The agent program; a path that ends in .js or .mjs is run with Node.', agent.command),
        args: option(
          z.array(z.string({ error: 'a text' }), { error: 'a list of arguments' }),
          'Arguments put before those that orch gives.',
          agent.args,
        ),
        model: option(modelName, "The model; null: the program's own choice.", agent.model),
        models: group(
          {
            implement: model('implementing'),
            review: model('reviewing'),
            remediate: model('mending what checks and reviews found'),
            resolve: model('resolving merge conflicts'),
          },
          'Models for single steps.',
        ),
        effort: option(modelName, "How hard the model thinks; null: the program's own choice.", agent.effort),
        permissionMode: option(
          oneOf(['acceptEdits', 'dontAsk', 'bypassPermissions']),
          'What the agent may do unasked.',
          agent.permissionMode,
        ),
        sandbox: option(
          oneOf(['auto', 'off', 'required']),
          'Whether sessions run in a sandbox of the operating system: where there is one, never, or not without.',
          agent.sandbox,
        ),
        allow: option(texts('tool rules'), 'Tool rules that are allowed in addition.', agent.allow),
        deny: option(texts('tool rules'), 'Tool rules that are refused in addition.', agent.deny),
        allowedDomains: option(texts('domains'), 'Hosts that sessions in the sandbox may reach.', agent.allowedDomains),
        constraints: option(texts('sentences'), 'Rules of the project that every session is told.', agent.constraints),
        env: option(
          variables.refine((env) => !Object.keys(env).some((name) => logins.has(name)), { error: inlineLogin }),
          'Environment variables for sessions.',
          agent.env,
        ),
        settingSources: option(
          z.array(oneOf(['user', 'project', 'local']), { error: 'a list of user, project, local' }),
          "Which of the program's own settings files are read.",
          agent.settingSources,
        ),
        maxTurns: option(wholeNumber(1, 10_000).nullable(), 'The most turns of one session; null: no limit.', agent.maxTurns),
        budgetUsd: option(dollars, 'The most that one session may cost in US dollars; null: no limit.', agent.budgetUsd),
        fallback: option(
          z.array(fallbackRule, { error: 'a list of rules like { "on": ["overloaded"], "to": "sonnet" }' }),
          'Models to go on with when one does not serve: { on: [overloaded, limit, model-unknown], from, to }. A limit is one on that model alone.',
          agent.fallback,
        ),
      },
      'The program that does the work.',
    ),
    review: group(
      {
        enabled: option(yesOrNo, 'Whether a fresh session judges the work before it is merged.', review.enabled),
        maxRounds: option(wholeNumber(0, 20), 'How often work is sent back to be mended.', review.maxRounds),
        scope: option(
          z.array(oneOf(['task', 'stage']), { error: 'a list of task, stage' }),
          'What is reviewed: each task before its merge, each merged stage.',
          review.scope,
        ),
        bar: option(
          oneOf(severities),
          'From which severity on findings hold work back: blocker, major, minor, nit. What lies below is written to the _next folder beside the milestones.',
          review.bar,
        ),
        lenses: option(
          z
            .array(oneOf(lenses), { error: lensesError })
            .refine((list) => list.includes('correctness') && new Set(list).size === list.length, { error: lensesError }),
          'What is looked for, each by a fresh session of its own: correctness (the whole review, which alone judges the exit criteria), security, tests, simplicity.',
          review.lenses,
        ),
        quorum: option(
          wholeNumber(1, lenses.length).nullable(),
          'How many of the lenses must approve, correctness always among them; null: all. A blocker is never outvoted.',
          review.quorum,
        ),
        command: option(
          text.nullable(),
          'Another agent program for reviews, which speaks the same protocol; null: agent.command.',
          review.command,
        ),
      },
      'Reviews.',
    ),
    rateLimit: group(
      {
        autoResume: option(
          yesOrNo,
          'Whether the run waits for a limit of the account to lift and goes on by itself.',
          rateLimit.autoResume,
        ),
        wait: option(limit, 'The first wait when the program does not say until when; doubled each time.', writeDuration(rateLimit.waitMs)),
        maxWait: option(limit, 'The longest wait before the run pauses.', writeDuration(rateLimit.maxWaitMs)),
        margin: option(
          duration,
          'How long after the stated instant work begins again, at least; at most twice as long.',
          writeDuration(rateLimit.marginMs),
        ),
        until: option(clockTime.nullable(), 'A local time like "07:30" beyond which a limit is not waited for; null: no such time.', null),
        pace: option(yesOrNo, 'Whether sessions start only as fast as the next keys say.', pace.enabled),
        requestsPerMinute: option(amountAbove0, 'Calls of the model in a minute, over all sessions.', pace.requestsPerMinute),
        tokensPerMinute: option(amountAbove0, 'Tokens in a minute, in and out, over all sessions.', pace.tokensPerMinute),
        tokensPerDay: option(amountAbove0, 'Tokens in 24 hours.', pace.tokensPerDay),
        burst: option(
          z
            .number({ error: 'a number from 1 to 10' })
            .min(1, { error: 'a number from 1 to 10' })
            .max(10, { error: 'a number from 1 to 10' }),
          'How much of a minute may be used at once after a quiet time.',
          pace.burst,
        ),
        reserve: option(fraction('a number from 0 to 1'), 'The part that only tasks of critical priority may use.', pace.reserve),
      },
      "The account's limits.",
    ),
    auth: group(
      {
        mode: option(
          oneOf(['oauth', 'api-keys-first', 'api-keys-only']),
          'Who pays: logins before keys, keys before logins, or only the accounts that are listed here or in auth.file.',
          auth.mode,
        ),
        file: option(
          text.nullable(),
          'A file of mode 600 with accounts, outside of git; null: auth-configs.json or api-keys.json in .orch, .orchestrator or the top folder.',
          auth.file,
        ),
        accounts: option(
          z.array(account, { error: 'a list of accounts: [{ "name": "work", "keyFromEnv": "WORK_KEY" }]' }),
          'Accounts beside the login that the agent program finds by itself; docs/limits.md says what each may hold.',
          auth.accounts,
        ),
      },
      'The accounts that sessions are paid by.',
    ),
    budget: group(
      {
        preset: option(
          oneOf(['guarded']).nullable(),
          '"guarded": at most 500 tool uses a task, 2000 tool uses and 120 minutes a run, where nothing else is given; null: no limits.',
          budget.preset,
        ),
        maxUsd: option(dollars, 'The most that the whole run may cost in US dollars; null: no limit.', null),
        maxTokens: option(amount, 'The most tokens for the whole run, in and out, the cache included; null: no limit.', null),
        maxToolUses: option(amount, 'The most tool uses for the whole run; null: no limit.', null),
        maxDuration: option(
          limit.nullable(),
          'How long sessions may be at work for the whole run, waiting not counted; null: no limit.',
          null,
        ),
        maxSessions: option(amount, 'The most sessions for the whole run; null: no limit.', null),
        maxUsdPerStage: option(dollars, 'The most that one stage may cost in US dollars; null: no limit.', null),
        maxTokensPerStage: option(amount, 'The most tokens for one stage, in and out, the cache included; null: no limit.', null),
        maxToolUsesPerStage: option(amount, 'The most tool uses for one stage; null: no limit.', null),
        maxDurationPerStage: option(
          limit.nullable(),
          'How long sessions may be at work for one stage, waiting not counted; null: no limit.',
          null,
        ),
        maxSessionsPerStage: option(amount, 'The most sessions for one stage; null: no limit.', null),
        maxUsdPerTask: option(dollars, 'The most that one task, its reviews included may cost in US dollars; null: no limit.', null),
        maxTokensPerTask: option(
          amount,
          'The most tokens for one task, its reviews included, in and out, the cache included; null: no limit.',
          null,
        ),
        maxToolUsesPerTask: option(amount, 'The most tool uses for one task, its reviews included; null: no limit.', null),
        maxDurationPerTask: option(
          limit.nullable(),
          'How long sessions may be at work for one task, its reviews included, waiting not counted; null: no limit.',
          null,
        ),
        maxSessionsPerTask: option(amount, 'The most sessions for one task, its reviews included; null: no limit.', null),
        warnAt: option(fraction('a number from 0 to 1'), 'The part of a budget at which you are told.', budget.warnAt),
      },
      'What may be spent. A run whose budget is used up pauses with exit status 3 and can be gone on with.',
    ),
    resources: group(
      {
        cpuMax: option(percent, busy, resources.cpuMax),
        memMax: option(percent, fullMemory, resources.memMax),
        diskMax: option(
          percent,
          'Nothing starts while more percent of the disk are used and less than 20 GiB are free. 100: never.',
          resources.diskMax,
        ),
        hysteresis: option(
          wholeNumber(0, 50, 'a whole number from 0 to 50'),
          'Starts go on when use has fallen so many percent below its threshold.',
          resources.hysteresis,
        ),
        sample: option(limit, 'How often the machine is looked at.', writeDuration(resources.sampleMs)),
        perTaskMemory: option(
          size,
          'What a session and what it runs are expected to take, until enough sessions of the project were seen.',
          writeSize(resources.perTaskMemory),
        ),
        maxMemory: option(
          size.nullable(),
          'The most memory that all sessions may use together; null: what the machine has.',
          resources.maxMemory,
        ),
        subagents: option(wholeNumber(1, 1000).nullable(), subagents, resources.subagents),
        nodeOptions: option(yesOrNo, heap, resources.nodeOptions),
      },
      'What sessions may take of the machine.',
    ),
    health: group(
      {
        stuckAfter: option(
          limit,
          'How long a session may give no sign of life while no tool runs; then it is nudged, after that begun anew, after that its task is parked.',
          writeDuration(health.stuckAfterMs),
        ),
        toolTimeout: option(limit, 'The same while a tool of it runs, such as a long build.', writeDuration(health.toolTimeoutMs)),
        killGrace: option(
          duration,
          'How long a process has to end by itself before it is ended by force.',
          writeDuration(health.killGraceMs),
        ),
        breaker: option(
          wholeNumber(0, 1000),
          'After how many failures in a row for the same cause, met by several tasks, the stage stops; 0: never.',
          health.breaker,
        ),
      },
      'When sessions hang.',
    ),
  },
  { error: 'an object: { … }' },
)

/** The config as it is written in the file. */
export type ConfigFile = z.output<typeof configSchema>

/** The JSON schema of `.orchestratorrc.json`, for editors. */
export function renderConfigSchema(): string {
  const title = 'The settings of orch (.orchestratorrc.json)'
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`
}
