import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeSandbox } from '../../src/adapters/claude/sandbox.js'
import { findMarked } from '../../src/adapters/processes/survivors.js'
import type { Config } from '../../src/core/config.js'
import type { Agent, SessionProgress } from '../../src/engine/ports/agent.js'
import { driver, never, request } from '../support/claude-driver.js'
import { type FakeApi, type Reply, type Scenario, startFakeApi } from '../support/fake-api.mjs'
import { type FakeLogin, realClaude, realClaudeEnv } from '../support/real-claude.js'
import { until } from '../support/until.js'

let program: string
let folder: string
let api: FakeApi

beforeAll(async () => {
  program = await realClaude()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'orch-real-')))
  api = await startFakeApi()
}, 600_000)

afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

interface Bed {
  readonly agent: Agent
  readonly worktree: string
  readonly heard: SessionProgress[]
  readonly hear: (progress: SessionProgress) => void
}

let beds = 0

/** The real program in a real worktree, with a home and an API lane of its own. */
async function bed(scenario: Scenario, options: { login?: FakeLogin; agent?: Partial<Config['agent']> } = {}): Promise<Bed> {
  beds += 1
  const home = join(folder, `bed-${beds}`)
  const repository = join(home, 'repository')
  const worktree = join(home, 'worktree')
  await mkdir(repository, { recursive: true })
  const git = (...args: string[]): Promise<unknown> =>
    execa('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], { cwd: repository })
  await git('init', '-q', '-b', 'main')
  await git('commit', '-q', '--allow-empty', '-m', 'Begin')
  await git('worktree', 'add', '-q', '-b', 'orch/run-1/1A', worktree)
  const lane = `bed-${beds}`
  lanes.set(lane, scenario)
  api.load({ lanes: Object.fromEntries(lanes) })
  const inheritedEnv = await realClaudeEnv({ home, url: `${api.url}/lane/${lane}`, login: options.login ?? 'key' })
  const heard: SessionProgress[] = []
  const agent = driver({
    runFolder: join(home, 'run'),
    agent: { command: program, ...options.agent },
    inheritedEnv,
    setup: { sandboxSupport: () => probeSandbox(process.platform, inheritedEnv) },
  })
  return { agent, worktree, heard, hear: (progress) => heard.push(progress) }
}

const lanes = new Map<string, Scenario>()
const bash = (command: string): Reply => ({ tool: 'Bash', input: { command, description: 'a step' } })

const isThere = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  )

const changedFiles = async (worktree: string): Promise<string[]> =>
  (await execa('git', ['ls-files', '--others'], { cwd: worktree, lines: true })).stdout

test('a worker writes files in its worktree and its end is told with what it cost', async () => {
  const { agent, worktree, heard, hear } = await bed({
    steps: [
      { tool: 'Write', input: { file_path: '{{cwd}}/hello.txt', content: 'hello\n' } },
      bash('echo "$ORCH_RUN $ORCH_TASK $ORCH_STEP $ORCH_ATTEMPT" > role.txt'),
      'All done.',
    ],
  })
  const outcome = await agent.run(request(worktree), hear, never)
  expect(outcome).toMatchObject({ kind: 'finished', text: 'All done.', denials: 0, usage: { toolUses: 2, turns: 3, inputTokens: 3600 } })
  expect(outcome.usage.costUsd).toBeGreaterThan(0)
  expect(await readFile(join(worktree, 'hello.txt'), 'utf8')).toBe('hello\n')
  expect(await readFile(join(worktree, 'role.txt'), 'utf8')).toBe('run-1 1A implement 1\n')
  expect(heard.map((p) => p.doing)).toContain('Write hello.txt')
})

test('a worker cannot read the secrets of the worktree', async () => {
  const { agent, worktree } = await bed({ steps: [{ tool: 'Read', input: { file_path: '{{cwd}}/.env' } }, 'I could not.'] })
  await writeFile(join(worktree, '.env'), 'PASSWORD=do-not-tell-anybody\n')
  const asked = request(worktree)
  expect(await agent.run(asked, () => undefined, never)).toMatchObject({ kind: 'finished' })
  const transcript = join(worktree, '..', 'run', 'sessions', `${asked.session}-implement.jsonl`)
  expect(await readFile(transcript, 'utf8')).not.toContain('do-not-tell-anybody')
})

test('in a sandbox no command reaches beyond the worktree, and the settings that demand it are in force', async (context) => {
  const support = await probeSandbox(process.platform, process.env)
  if (!support.works) context.skip(support.why)
  const { agent, worktree } = await bed(
    { steps: [bash('touch ../outside; touch inside; env > environment.txt'), 'Done.'] },
    { agent: { sandbox: 'required' } },
  )
  expect(await agent.run(request(worktree), () => undefined, never)).toMatchObject({ kind: 'finished' })
  expect(await isThere(join(worktree, 'inside'))).toBe(true)
  expect(await isThere(join(worktree, '..', 'outside'))).toBe(false)
  expect(await readFile(join(worktree, 'environment.txt'), 'utf8')).not.toContain('made-up-for-tests')
})

test('without a sandbox a worker does its work all the same', async () => {
  const { agent, worktree } = await bed({ steps: [bash('echo done > work.txt'), 'Done.'] }, { agent: { sandbox: 'off' } })
  expect(await agent.run(request(worktree), () => undefined, never)).toMatchObject({ kind: 'finished', denials: 0 })
  expect(await isThere(join(worktree, 'work.txt'))).toBe(true)
})

const answer = { verdict: 'approved', summary: 'Fine.', criteria: [], findings: [] }
const answerSchema = {
  type: 'object',
  properties: { verdict: { type: 'string' }, summary: { type: 'string' }, criteria: { type: 'array' }, findings: { type: 'array' } },
  required: ['verdict', 'summary'],
}

test('a reviewer reads, cannot write, and answers by the schema', async () => {
  const { agent, worktree } = await bed({
    steps: [bash('git log --oneline'), bash('touch mischief'), { tool: 'StructuredOutput', input: answer }],
  })
  const outcome = await agent.run(request(worktree, { step: 'review', answerSchema }), () => undefined, never)
  expect(outcome).toMatchObject({ kind: 'finished', structured: answer, denials: 1 })
  expect(await isThere(join(worktree, 'mischief'))).toBe(false)
})

test('a session that was killed in the middle of a command leaves nothing behind and is continued', async () => {
  const { agent, worktree } = await bed({ steps: [bash('echo $$ > started; exec tail -f /dev/null'), 'Went on.'] })
  const asked = request(worktree)
  const running = agent.run(asked, () => undefined, never)
  await until(() => isThere(join(worktree, 'started')))
  const first = Math.min(...(await findMarked([asked.session])).map((p) => p.pid))
  process.kill(first, 'SIGKILL')
  expect(await running).toMatchObject({ kind: 'failed', failure: { reason: 'agent-crashed' }, again: 'resume' })
  expect(await findMarked([asked.session])).toEqual([])
  expect(await changedFiles(worktree)).toEqual(['started'])
  expect(await agent.recall(asked.session, 'implement', asked.number)).toBeNull()
  expect(await agent.knows(asked.session)).toBe(true)
  expect(await agent.run({ ...asked, resumes: true, prompt: 'Go on.' }, () => undefined, never)).toMatchObject({
    kind: 'finished',
    text: 'Went on.',
  })
  expect(await agent.recall(asked.session, 'implement', asked.number)).toMatchObject({ kind: 'finished', text: 'Went on.' })
})

test('a session that is told to stop takes its commands with it', async () => {
  const { agent, worktree } = await bed({ steps: [bash('echo $$ > started; exec tail -f /dev/null')] })
  const asked = request(worktree)
  const stop = new AbortController()
  const running = agent.run(asked, () => undefined, stop.signal)
  await until(() => isThere(join(worktree, 'started')))
  stop.abort()
  expect(await running).toMatchObject({ kind: 'stopped' })
  expect(await findMarked([asked.session])).toEqual([])
  expect(await changedFiles(worktree)).toEqual(['started'])
})

const unified = (rest: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(rest).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]))

test("a subscription's limit is told with the instant at which it ends", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 7200
  const { agent, worktree } = await bed(
    {
      steps: [
        bash('echo hi'),
        {
          error: 429,
          headers: unified({
            status: 'rejected',
            reset: String(resetsAt),
            'representative-claim': 'five_hour',
            '5h-utilization': '1.0',
            '5h-reset': String(resetsAt),
          }),
        },
      ],
    },
    { login: 'subscription' },
  )
  const outcome = await agent.run(request(worktree), () => undefined, never)
  expect(outcome).toMatchObject({ kind: 'limited', limit: { resetsAt: resetsAt * 1000, window: 'five_hour' } })
})

test('a plan that is used up is a limit, although more could be bought call by call', async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600
  const headers = unified({
    status: 'allowed_warning',
    reset: String(resetsAt),
    'representative-claim': 'five_hour',
    '5h-status': 'rejected',
    '5h-utilization': '1.0',
    '5h-reset': String(resetsAt),
    'overage-status': 'allowed',
    'overage-in-use': 'true',
  })
  const { agent, worktree } = await bed({ headers, steps: [bash('tail -f /dev/null'), 'Never asked for.'] }, { login: 'subscription' })
  const outcome = await agent.run(request(worktree), () => undefined, never)
  expect(outcome).toMatchObject({ kind: 'limited', limit: { resetsAt: resetsAt * 1000, window: 'five_hour' } })
})

test('an overloaded service is no fault of the task', async () => {
  const { agent, worktree } = await bed({ steps: [{ error: 529 }] }, { agent: { env: { CLAUDE_CODE_MAX_RETRIES: '1' } } })
  expect(await agent.run(request(worktree), () => undefined, never)).toMatchObject({
    kind: 'failed',
    failure: { reason: 'service-unavailable' },
    again: 'resume',
  })
})

test('a refused login is not asked for again and again', async () => {
  const { agent, worktree } = await bed({ steps: [{ error: 401 }] }, { agent: { env: { CLAUDE_CODE_MAX_RETRIES: '10' } } })
  const asked = request(worktree)
  expect(await agent.run(asked, () => undefined, never)).toMatchObject({
    kind: 'failed',
    failure: { reason: 'login-refused' },
    again: 'never',
  })
  expect(api.requests.filter((r) => r.session === asked.session && r.path.startsWith('/v1/messages')).length).toBeLessThan(6)
})
