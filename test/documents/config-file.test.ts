import { describe, expect, test } from 'vitest'
import { type Config, defaultConfig } from '../../src/core/config.js'
import { withEnvironment } from '../../src/documents/config-environment.js'
import { parseConfig } from '../../src/documents/config-file.js'
import { renderConfigSchema } from '../../src/documents/config-schema.js'

const file = '.orchestratorrc.json'

function config(value: unknown): Config {
  const read = parseConfig({ file, text: typeof value === 'string' ? value : JSON.stringify(value) })
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
}

const told = (text: string): string[] => {
  const read = parseConfig({ file, text })
  return read.ok ? [] : read.error.map((p) => `${p.line}:${p.column} ${p.message} | ${p.hint}`)
}

/** Each key of the schema, with a value that is not its default, and what then stands in the config. */
const everyKey: readonly (readonly [key: string, written: unknown, at: string, read: unknown])[] = [
  ['milestones.dir', './docs//plan/', 'milestones.dir', 'docs/plan'],
  ['tasksFile', 'docs\\TASKS.md', 'tasksFile', 'docs/TASKS.md'],
  [
    'checks',
    ['npm test', { run: 'make', timeout: '1m' }],
    'checks',
    [
      { command: 'npm test', timeoutMs: 600_000 },
      { command: 'make', timeoutMs: 60_000 },
    ],
  ],
  ['git.baseBranch', 'develop', 'git.baseBranch', 'develop'],
  ['git.envFiles', ['.env.test'], 'git.envFiles', ['.env.test']],
  ['git.merge.maxRounds', 5, 'git.mergeRounds', 5],
  ['git.merge.order', 'finished', 'git.mergeOrder', 'finished'],
  ['git.merge.structural', 'off', 'git.structuralMerge', 'off'],
  ['git.pr', 'stage', 'git.pr', 'stage'],
  ['git.prDraft', true, 'git.prDraft', true],
  ['git.prWait', '20m', 'git.prWaitMs', 1_200_000],
  ['worktree.setup', ['npm ci'], 'worktree.setup', ['npm ci']],
  ['worktree.leases.ports', 10, 'worktree.leases.ports', 10],
  ['worktree.leases.temp', true, 'worktree.leases.temp', true],
  ['worktree.leases.names', ['DATABASE_NAME'], 'worktree.leases.names', ['DATABASE_NAME']],
  ['execution.concurrency', 7, 'execution.concurrency', 7],
  ['execution.maxConcurrency', 8, 'execution.maxConcurrency', 8],
  ['execution.checkConcurrency', 3, 'execution.checkConcurrency', 3],
  ['execution.spawnPerMinute', null, 'execution.spawnPerMinute', null],
  ['resources.cpuMax', 80, 'resources.cpuMax', 80],
  ['resources.memMax', 80, 'resources.memMax', 80],
  ['resources.diskMax', 80, 'resources.diskMax', 80],
  ['resources.hysteresis', 3, 'resources.hysteresis', 3],
  ['resources.sample', '3s', 'resources.sampleMs', 3000],
  ['resources.perTaskMemory', '1.5 GiB', 'resources.perTaskMemory', 1.5 * 1024 ** 3],
  ['resources.maxMemory', '8GB', 'resources.maxMemory', 8e9],
  ['resources.subagents', null, 'resources.subagents', null],
  ['resources.nodeOptions', true, 'resources.nodeOptions', true],
  ['execution.taskTimeout', '1h', 'execution.taskTimeoutMs', 3_600_000],
  ['execution.checkTimeout', 5000, 'execution.checkTimeoutMs', 5000],
  ['execution.retries', 0, 'execution.retries', 0],
  ['execution.retryDelay', '0s', 'execution.retryDelayMs', 0],
  ['execution.retryFactor', 1.5, 'execution.retryFactor', 1.5],
  ['execution.retryMax', '1h30m', 'execution.retryMaxMs', 5_400_000],
  ['execution.keepAwake', true, 'execution.keepAwake', true],
  ['execution.redBase', 'stop', 'execution.redBase', 'stop'],
  ['agent.command', 'tools/agent.mjs', 'agent.command', 'tools/agent.mjs'],
  ['agent.args', ['--verbose', ''], 'agent.args', ['--verbose', '']],
  ['agent.model', 'opus', 'agent.model', 'opus'],
  ['agent.models.implement', 'a', 'agent.models.implement', 'a'],
  ['agent.models.review', 'b', 'agent.models.review', 'b'],
  ['agent.models.remediate', 'c', 'agent.models.remediate', 'c'],
  ['agent.models.resolve', 'd', 'agent.models.resolve', 'd'],
  ['agent.effort', 'high', 'agent.effort', 'high'],
  ['agent.permissionMode', 'dontAsk', 'agent.permissionMode', 'dontAsk'],
  ['agent.sandbox', 'required', 'agent.sandbox', 'required'],
  ['agent.allow', ['Bash(make:*)'], 'agent.allow', ['Bash(make:*)']],
  ['agent.deny', ['WebFetch'], 'agent.deny', ['WebFetch']],
  ['agent.allowedDomains', [], 'agent.allowedDomains', []],
  ['agent.constraints', ['No new packages'], 'agent.constraints', ['No new packages']],
  ['agent.env', { A: '1' }, 'agent.env', { A: '1' }],
  ['agent.settingSources', ['project'], 'agent.settingSources', ['project']],
  ['agent.maxTurns', 50, 'agent.maxTurns', 50],
  ['agent.budgetUsd', 2.5, 'agent.budgetUsd', 2.5],
  ['agent.fallback', [{ on: ['overloaded'], to: 'sonnet' }], 'agent.fallback', [{ on: ['overloaded'], from: null, to: 'sonnet' }]],
  ['review.enabled', false, 'review.enabled', false],
  ['review.maxRounds', 1, 'review.maxRounds', 1],
  ['review.scope', ['stage'], 'review.scope', ['stage']],
  ['review.bar', 'minor', 'review.bar', 'minor'],
  ['review.lenses', ['correctness', 'security'], 'review.lenses', ['correctness', 'security']],
  ['review.quorum', 2, 'review.quorum', 2],
  ['review.command', 'tools/reviewer.mjs', 'review.command', 'tools/reviewer.mjs'],
  ['rateLimit.autoResume', false, 'rateLimit.autoResume', false],
  ['rateLimit.wait', '10m', 'rateLimit.waitMs', 600_000],
  ['rateLimit.maxWait', '6h', 'rateLimit.maxWaitMs', 21_600_000],
  ['rateLimit.margin', '0s', 'rateLimit.marginMs', 0],
  ['rateLimit.until', '07:30', 'rateLimit.until', { hour: 7, minute: 30 }],
  ['auth.mode', 'api-keys-first', 'auth.mode', 'api-keys-first'],
  ['auth.file', 'keys.json', 'auth.file', 'keys.json'],
  [
    'auth.accounts',
    [{ name: 'work', keyFromEnv: 'WORK_KEY' }],
    'auth.accounts',
    [{ name: 'work', keyFromEnv: 'WORK_KEY', keyFile: null, baseUrl: null, configDir: null, env: {} }],
  ],
  ['rateLimit.pace', true, 'pace.enabled', true],
  ['rateLimit.requestsPerMinute', 5, 'pace.requestsPerMinute', 5],
  ['rateLimit.tokensPerMinute', 6, 'pace.tokensPerMinute', 6],
  ['rateLimit.tokensPerDay', 7, 'pace.tokensPerDay', 7],
  ['rateLimit.burst', 2, 'pace.burst', 2],
  ['rateLimit.reserve', 0.5, 'pace.reserve', 0.5],
  ['budget.preset', 'guarded', 'budget.preset', 'guarded'],
  ['budget.warnAt', 0.5, 'budget.warnAt', 0.5],
  ['budget.maxUsd', 2.5, 'budget.run.usd', 2.5],
  ['budget.maxTokens', 5000, 'budget.run.tokens', 5000],
  ['budget.maxToolUses', 50, 'budget.run.toolUses', 50],
  ['budget.maxDuration', '1h', 'budget.run.duration', 3_600_000],
  ['budget.maxSessions', 7, 'budget.run.sessions', 7],
  ['budget.maxUsdPerStage', 2.5, 'budget.stage.usd', 2.5],
  ['budget.maxTokensPerStage', 5000, 'budget.stage.tokens', 5000],
  ['budget.maxToolUsesPerStage', 50, 'budget.stage.toolUses', 50],
  ['budget.maxDurationPerStage', '1h', 'budget.stage.duration', 3_600_000],
  ['budget.maxSessionsPerStage', 7, 'budget.stage.sessions', 7],
  ['budget.maxUsdPerTask', 2.5, 'budget.task.usd', 2.5],
  ['budget.maxTokensPerTask', 5000, 'budget.task.tokens', 5000],
  ['budget.maxToolUsesPerTask', 50, 'budget.task.toolUses', 50],
  ['budget.maxDurationPerTask', '1h', 'budget.task.duration', 3_600_000],
  ['budget.maxSessionsPerTask', 7, 'budget.task.sessions', 7],
  ['health.stuckAfter', '10m', 'health.stuckAfterMs', 600_000],
  ['health.toolTimeout', '1h', 'health.toolTimeoutMs', 3_600_000],
  ['health.breaker', 0, 'health.breaker', 0],
  ['health.killGrace', 500, 'health.killGraceMs', 500],
]

/** `a.b` and 1 → `{ a: { b: 1 } }`. */
const nested = (key: string, value: unknown): unknown => key.split('.').reduceRight((inner, part) => ({ [part]: inner }), value)

const at = (object: unknown, key: string): unknown =>
  key.split('.').reduce((inner, part) => (inner as Record<string, unknown>)[part], object)

interface JsonShape {
  readonly properties?: Readonly<Record<string, JsonShape>>
  readonly description?: string
}

const leaves = (shape: JsonShape, before = ''): string[] =>
  Object.entries(shape.properties ?? {}).flatMap(([key, child]) =>
    child.properties === undefined ? [before + key] : leaves(child, `${before}${key}.`),
  )

const schema = JSON.parse(renderConfigSchema()) as JsonShape

describe('the config', () => {
  test('has its defaults when the file says nothing', () => {
    expect(config('{}')).toEqual(defaultConfig)
    expect(config('{ "$schema": "./schema.json", "agent": {}, "git": { "merge": {} } }')).toEqual(defaultConfig)
  })

  test.each(everyKey)('is changed by %s', (key, written, where, read) => {
    const changed = config(nested(key, written))
    expect(at(changed, where)).toEqual(read)
    expect(at(defaultConfig, where)).not.toEqual(read)
    const restored = structuredClone(changed) as unknown as Record<string, unknown>
    const parent = where.split('.').slice(0, -1).join('.')
    const holder = (parent === '' ? restored : at(restored, parent)) as Record<string, unknown>
    holder[where.split('.').at(-1) ?? ''] = at(defaultConfig, where)
    expect(restored).toEqual(defaultConfig)
  })

  test('has no key that this table leaves out', () => {
    expect(
      leaves(schema)
        .filter((key) => key !== '$schema')
        .sort(),
    ).toEqual(everyKey.map(([key]) => key).sort())
  })

  test('has defaults in its schema that are its defaults', () => {
    const written: Record<string, unknown> = {}
    const fill = (shape: JsonShape & { default?: unknown }, into: Record<string, unknown>): void => {
      for (const [key, child] of Object.entries(shape.properties ?? {}) as [string, JsonShape & { default?: unknown }][]) {
        expect(child.description, key).not.toBeUndefined()
        const below: Record<string, unknown> = {}
        if (child.properties !== undefined) fill(child, below)
        if (key !== '$schema') into[key] = child.properties === undefined ? child.default : below
      }
    }
    fill(schema, written)
    expect(config(written)).toEqual(defaultConfig)
  })

  test('has its schema in schema.json', async () => {
    await expect(renderConfigSchema()).toMatchFileSnapshot('../../schema.json')
  })

  test('takes "auto", null for what has no value of its own, a byte order mark, comments, and checks with the time limit beside them', () => {
    expect(config('\uFEFF// mine\n{ "execution": { "concurrency": "auto" }, "agent": { "model": null, "maxTurns": null, }, }')).toEqual(
      defaultConfig,
    )
    expect(config({ checks: ['a'], execution: { checkTimeout: '1m' } }).checks).toEqual([{ command: 'a', timeoutMs: 60_000 }])
  })
})

describe('a problem in the config', () => {
  test('is reported with all others, each at its place', () => {
    const text = `{
  "tasksfile": "x",
  "concurrency": 3,
  "checks": ["a", 3, { "run": "b", "timout": 1 }, {}],
  "execution": { "concurency": 2, "concurrency": 201, "taskTimeout": "soon", "retries": 1.5 },
  "agent": {
    "sandbox": "of",
    "env": { "TOKEN": 123456, "A-B": "" },
    "budgetUsd": 0,
    "allow": "Bash"
  },
  "git": { "envFiles": ["/etc/passwd"], "merge": 2 },
  "milestones": { "dir": "../other" },
  "review": []
}`
    expect(told(text)).toMatchInlineSnapshot(`
      [
        "2:3 the config has no key "tasksfile" | Did you mean tasksFile?",
        "3:3 the config has no key "concurrency" | Write it as execution.concurrency",
        "4:19 checks[1] must be a command like "npm test", or { "run": "npm test", "timeout": "10m" }, not 3 | Correct it, or leave the key out",
        "4:36 checks[2] has no key "timout" | Did you mean timeout?",
        "4:51 checks[3].run is missing; it must be a text that is not empty | Correct it, or leave the key out",
        "5:18 execution has no key "concurency" | Did you mean concurrency?",
        "5:35 execution.concurrency must be "auto" or a whole number from 1 to 200, not 201 | Correct it, or leave the key out",
        "5:55 execution.taskTimeout must be a duration like "30m", "90s", or a number of milliseconds, not "soon" | Correct it, or leave the key out",
        "5:78 execution.retries must be a whole number from 0 to 100, not 1.5 | Correct it, or leave the key out",
        "7:5 agent.sandbox must be one of auto, off, required, not "of" | Did you mean off?",
        "8:14 agent.env.TOKEN must be a text, not a number | Correct it, or leave the key out",
        "8:31 the name "A-B" in agent.env must be made of letters, digits and _ | Correct it, or leave the key out",
        "9:5 agent.budgetUsd must be a number of US dollars above 0, not 0 | Correct it, or leave the key out",
        "10:5 agent.allow must be a list of tool rules, not "Bash" | Correct it, or leave the key out",
        "12:25 git.envFiles[0] must be a path within the repository, like "docs/tasks", not "/etc/passwd" | Correct it, or leave the key out",
        "12:41 git.merge must be an object with keys of its own: { … }, not 2 | Correct it, or leave the key out",
        "13:19 milestones.dir must be a path within the repository, like "docs/tasks", not "../other" | Correct it, or leave the key out",
        "14:3 review must be an object with keys of its own: { … }, not [] | Correct it, or leave the key out",
      ]
    `)
  })

  test.each(['/abs', 'C:\\x', 'c:x', '~/x', '..', 'a/../../b', '\\\\host\\x', '.git/x', '.orch', '', 'a\nb'])(
    'is the path %j, which is not within the repository',
    (dir) => expect(told(JSON.stringify({ milestones: { dir } }))).toHaveLength(1),
  )

  test.each([
    ['[]', '1:1 the config must be an object: { … }, not [] | Correct it, or leave the key out'],
    ['a: 1', '1:1 this is no JSON: a is no value: a text needs double quotes | Correct it here; an empty config is {}'],
    ['', '1:1 this is no JSON: the file ends where a value is expected | Correct it here; an empty config is {}'],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', '3:3 this is no JSON: a comma or } is expected here | Correct it here; an empty config is {}'],
  ])('is text that is no object: %j', (text, expected) => expect(told(text)).toEqual([expected]))

  test('does not show the value of a variable, which may be a secret', () => {
    expect(told('{ "agent": { "env": { "TOKEN": 123456 } } }').join()).not.toContain('123456')
  })

  test('is a key that would reach into prototypes', () => {
    expect(told('{ "__proto__": { "x": 1 } }')).toHaveLength(1)
    expect(told('{ "agent": { "constructor": 1 } }')).toHaveLength(1)
  })
})

describe('the environment', () => {
  const over = (env: Record<string, string | undefined>) => withEnvironment(defaultConfig, env)

  test.each([
    [{ AUTO_RESUME: 'false' }, 'rateLimit.autoResume', false],
    [{ AUTO_RESUME: '1' }, 'rateLimit.autoResume', true],
    [{ ORCH_CONCURRENCY: '12' }, 'execution.concurrency', 12],
    [{ ORCH_CONCURRENCY: 'auto' }, 'execution.concurrency', null],
    [{ ORCH_MODEL: 'opus' }, 'agent.model', 'opus'],
    [{ ORCH_AGENT_COMMAND: 'stand-in.mjs' }, 'agent.command', 'stand-in.mjs'],
    [{ ORCH_MODEL: ' ' }, 'agent.model', null],
  ])('%j goes before the file', (env, where, value) => {
    const changed = over(env)
    expect(changed.ok && at(changed.value, where)).toEqual(value)
  })

  test('is reported when its values cannot be read, all at once', () => {
    expect(over({ AUTO_RESUME: 'maybe', ORCH_CONCURRENCY: '201', ORCH_MODEL: 'opus' })).toMatchObject({
      ok: false,
      error: [
        { file: 'environment', message: 'AUTO_RESUME must be true or false, not "maybe"' },
        { file: 'environment', message: 'ORCH_CONCURRENCY must be "auto" or a whole number from 1 to 200, not "201"' },
      ],
    })
  })
})
