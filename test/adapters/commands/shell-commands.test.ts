import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainText } from '../../../src/adapters/commands/command-log.js'
import { commandEnvironment, shellCommands } from '../../../src/adapters/commands/shell-commands.js'
import { startChild } from '../../../src/adapters/processes/child.js'
import { secretRedactor } from '../../../src/adapters/processes/secret-redactor.js'
import { findMarked } from '../../../src/adapters/processes/survivors.js'
import type { CheckResult } from '../../../src/core/check.js'
import type { Commands } from '../../../src/engine/ports/commands.js'
import { until } from '../../support/until.js'

let folder: string
const marker = crypto.randomUUID()
const secret = 'a-secret-of-some-length'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-commands-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const commands = (atOnce = 4): Commands =>
  shellCommands({
    atOnce,
    start: startChild,
    logFile: (name) => join(folder, 'checks', `${name}.log`),
    inheritedEnv: { PATH: process.env['PATH'], MY_SECRET: secret },
    marker,
    redactor: secretRedactor({ MY_SECRET: secret }),
  })

let names = 0
async function run(command: string, options: { timeoutMs?: number; stop?: AbortSignal; env?: Record<string, string> } = {}) {
  names += 1
  const name = `check-${names}`
  const { timeoutMs = 30_000, stop = new AbortController().signal, env = {} } = options
  const result = await commands().run({ command, timeoutMs }, { cwd: folder, name, env }, stop)
  return { result, log: () => readFile(join(folder, 'checks', `${name}.log`), 'utf8') }
}

async function resultOf(command: string, options?: Parameters<typeof run>[1]): Promise<CheckResult> {
  const { result } = await run(command, options)
  if (!result.ok) throw new Error(`no result: ${JSON.stringify(result.error)}`)
  return result.value
}

test('the exit status decides', async () => {
  expect(await resultOf('true')).toMatchObject({ command: 'true', passed: true, exitCode: 0, timedOut: false, output: '' })
  expect(await resultOf('exit 3')).toMatchObject({ passed: false, exitCode: 3, timedOut: false })
  expect(await resultOf('no-such-command-here')).toMatchObject({ passed: false, exitCode: 127 })
  expect(await resultOf('kill -KILL $$')).toMatchObject({ passed: false, exitCode: null, timedOut: false })
})

test('no more of them run at a time than the processors bear', async () => {
  const two = commands(2)
  // Each counts how many are there, itself included.
  const command = 'touch at-once-$$; ls at-once-* | wc -l; sleep 0.2; rm at-once-$$'
  const place = (name: string) => ({ cwd: folder, name, env: {} })
  const stop = new AbortController().signal
  const ran = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((n) => two.run({ command, timeoutMs: 30_000 }, place(`turn-${n}`), stop)))
  const seen = ran.map((result) => (result.ok ? Number(result.value.output) : Number.NaN))
  expect(seen.filter((count) => count > 2)).toEqual([])
})

test('both outputs are kept in one log, in order, with the digest of the whole', async () => {
  const { result, log } = await run('echo one; echo two >&2; sleep 0.1; echo three')
  const whole = await log()
  expect(whole.split('\n').sort()).toEqual(['', 'one', 'three', 'two'])
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 12)
  expect(result).toMatchObject({ ok: true, value: { output: whole.trimEnd(), digest } })
})

test('of a long output the result holds the end, and the log the whole', async () => {
  const { result, log } = await run('i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done')
  const output = result.ok ? result.value.output : ''
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(4096)
  expect(output.startsWith('line ')).toBe(true)
  expect(output.endsWith('line 2999')).toBe(true)
  expect((await log()).split('\n')).toHaveLength(3001)
})

test('what is shown of the output has no power over a terminal', async () => {
  expect((await resultOf("printf '\\033[31mred\\033[0m \\033]0;title\\007 bell\\007 back\\bspace'")).output).toBe('red  bell backspace')
  expect(plainText('a\u202eb\u0000c\r\nd\te')).toBe('abc\nd\te')
})

test('secrets reach neither the log nor the result, also when they come in pieces', async () => {
  const { result, log } = await run('echo "$MY_SECRET"; printf a-secret-of; sleep 0.2; printf -- -some-length')
  expect(await log()).toBe('***\n***')
  expect(result).toMatchObject({ ok: true, value: { output: '***\n***' } })
})

test('commands are told that they run unattended, and what they are given', async () => {
  expect((await resultOf('echo "$CI $GIVEN $ORCH_MARKER"', { env: { GIVEN: 'yes' } })).output).toBe(`true yes ${marker}/command-1`)
})

test('commands never see the login that pays for the agents, nor the git folder of a hook', () => {
  const inherited = { HOME: '/h', ANTHROPIC_API_KEY: 'k', CLAUDE_CODE_OAUTH_TOKEN: 't', GIT_DIR: '/elsewhere', GONE: undefined }
  expect(commandEnvironment(inherited, { A: '1' })).toEqual({ HOME: '/h', CI: 'true', A: '1' })
})

test('after its time a command is ended with everything that it started', async () => {
  const result = await resultOf('setsid sleep 1000 & sleep 1000', { timeoutMs: 300 })
  expect(result).toMatchObject({ passed: false, timedOut: true, exitCode: null })
  expect(await findMarked([marker])).toEqual([])
})

test('a server left in the background does not hold the check up, and is ended', async () => {
  const result = await resultOf('(while :; do sleep 1; done) & echo started')
  expect(result).toMatchObject({ passed: true, timedOut: false, output: 'started' })
  expect(await findMarked([marker])).toEqual([])
})

test('a stop ends the command and is told as such', async () => {
  const stop = new AbortController()
  const running = run('echo > stopping; sleep 1000', { stop: stop.signal })
  await until(() =>
    readFile(join(folder, 'stopping')).then(
      () => true,
      () => false,
    ),
  )
  stop.abort()
  expect((await running).result).toEqual({ ok: false, error: { reason: 'interrupted' } })
  expect(await findMarked([marker])).toEqual([])
})

test('a folder that is gone is bad news, not an exception', async () => {
  const result = await commands().run(
    { command: 'true', timeoutMs: 1000 },
    { cwd: join(folder, 'gone'), name: 'gone', env: {} },
    new AbortController().signal,
  )
  expect(result).toMatchObject({ ok: false, error: { reason: 'internal' } })
})
