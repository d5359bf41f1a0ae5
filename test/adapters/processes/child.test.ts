import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Launch, startChild } from '../../../src/adapters/processes/child.js'
import { startLineChild } from '../../../src/adapters/processes/line-child.js'
import { findMarked } from '../../../src/adapters/processes/survivors.js'
import type { Output } from '../../../src/adapters/processes/whole-lines.js'
import { textsOf } from '../../support/line-texts.js'
import { until } from '../../support/until.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-child-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const script = (code: string, rest: Partial<Launch> = {}): Launch => ({
  file: process.execPath,
  args: ['--input-type=module', '-e', code],
  shell: false,
  cwd: folder,
  env: { PATH: process.env['PATH'] ?? '' },
  marker: crypto.randomUUID(),
  input: '',
  ladder: { interruptMs: 200, terminateMs: 200 },
  ...rest,
})
const shell = (command: string, rest: Partial<Launch> = {}): Launch => script('', { file: command, args: [], shell: true, ...rest })
const deaf = { stdout: () => undefined, stderr: () => undefined }

async function outputOf(launch: Launch): Promise<Output[]> {
  const heard: Output[] = []
  await startLineChild(launch, (said) => {
    heard.push(...said)
  }).ended
  return heard
}

const linesOf = async (launch: Launch): Promise<string[]> => (await outputOf(launch)).flatMap(textsOf)
const isThere = (name: string): Promise<boolean> =>
  readFile(join(folder, name)).then(
    () => true,
    () => false,
  )

test('standard input is written whole, however long, and closed', async () => {
  const input = 'prompt '.repeat(500_000)
  const lines = await linesOf(script('let n = 0; for await (const c of process.stdin) n += c.length; console.log(n)', { input }))
  expect(lines).toEqual([String(input.length)])
})

test('a program that does not read its input is no error', async () => {
  const child = startChild(script('process.exit(3)', { input: 'x'.repeat(10_000_000) }), deaf)
  expect(await child.ended).toMatchObject({ kind: 'exited', exitCode: 3, signal: null })
})

test('nothing of the environment is inherited but what is given, and the marker is added', async () => {
  const launch = script('console.log(JSON.stringify(process.env))', { env: { GIVEN: 'yes' } })
  const [line] = await linesOf(launch)
  expect(JSON.parse(line ?? '')).toMatchObject({ GIVEN: 'yes', ORCH_MARKER: launch.marker })
  expect(JSON.parse(line ?? '')).not.toHaveProperty('HOME')
})

test('how it exited, the signal that ended it and the end of its standard error are told', async () => {
  expect(await startChild(shell('echo oh no >&2; exit 7'), deaf).ended).toEqual({
    kind: 'exited',
    exitCode: 7,
    signal: null,
    stderrTail: 'oh no\n',
  })
  expect(await startChild(shell('kill -KILL $$'), deaf).ended).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
})

test('of a long standard error only the end is kept', async () => {
  const end = await startChild(script("process.stderr.write('x'.repeat(1_000_000) + 'the end')"), deaf).ended
  expect(end).toMatchObject({ kind: 'exited' })
  const tail = end.kind === 'exited' ? end.stderrTail : ''
  expect(tail).toHaveLength(64 * 1024)
  expect(tail.endsWith('the end')).toBe(true)
})

test.each([
  { says: 'a program that is not there', launch: (): Launch => script('', { file: '/nowhere/program' }), code: 'ENOENT' },
  { says: 'a folder that is not there', launch: (): Launch => script('', { cwd: '/nowhere' }), code: 'ENOENT' },
  { says: 'an argument that is too long', launch: (): Launch => script('', { args: ['x'.repeat(3_000_000)] }), code: 'E2BIG' },
])('$says is told, not thrown', async ({ launch, code }) => {
  expect(await startChild(launch(), deaf).ended).toMatchObject({ kind: 'not-started', code })
})

test('a program is held back while its output is being taken in', async () => {
  const launch = script("for (let i = 0; i < 200; i += 1) await new Promise((r) => process.stdout.write('x'.repeat(99_999) + '\\n', r))")
  let open = 0
  let most = 0
  let heard = 0
  await startLineChild(launch, async (said) => {
    open += 1
    most = Math.max(most, open)
    await new Promise((resolve) => setImmediate(resolve))
    open -= 1
    heard += said.flatMap(textsOf).length
  }).ended
  expect({ most, heard }).toEqual({ most: 1, heard: 200 })
})

test('what a program said last is heard whole and in turn, however slowly it is taken in', async () => {
  const name = 'taken'
  const waits = `const { existsSync } = await import('node:fs'); while (!existsSync('${name}')) await new Promise((r) => setTimeout(r, 10))`
  const launch = script(`console.log('the first'); ${waits}; process.stdout.write('x'.repeat(150_000) + '\\nthe result\\n')`)
  const heard: string[] = []
  await startLineChild(launch, async (said) => {
    const first = heard.length === 0
    heard.push(...said.flatMap(textsOf))
    await writeFile(join(folder, name), '')
    if (first) await sleep(4000)
    heard.push('taken in')
  }).ended
  expect(heard.filter((line) => !line.startsWith('x')).slice(0, 3)).toEqual(['the first', 'taken in', 'the result'])
  expect(heard.at(-1)).toBe('taken in')
})

test('an ear that throws harms nobody, and the program is gone afterwards', async () => {
  const launch = script("process.stdout.write('x\\n'); setInterval(() => process.stdout.write('y\\n'), 10)")
  const child = startLineChild(launch, () => {
    throw new Error('a bug')
  })
  expect(await child.ended).toMatchObject({ kind: 'exited' })
  expect(await findMarked([launch.marker])).toEqual([])
})

test('a line of 64 MiB passes by and the memory stays flat', async () => {
  const launch = script(
    "const w = (s) => new Promise((r) => process.stdout.write(s, r)); for (let i = 0; i < 1024; i += 1) await w('x'.repeat(65_536)); await w('\\nlast\\n')",
  )
  const before = process.memoryUsage().rss
  expect(await outputOf(launch)).toEqual([
    { kind: 'dropped', length: 64 * 1024 * 1024 },
    { kind: 'lines', bytes: Buffer.from('last\n') },
  ])
  expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
})

test('a program that ignores SIGINT and SIGTERM is ended all the same', async () => {
  const name = 'stubborn'
  const code = `for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => process.stdout.write(s + '\\n'));
    (await import('node:fs')).writeFileSync('${name}', ''); setInterval(() => {}, 1000)`
  const heard: string[] = []
  const child = startLineChild(script(code), (said) => {
    heard.push(...said.flatMap(textsOf))
  })
  await until(() => isThere(name))
  child.stop()
  child.stop()
  expect(await child.ended).toMatchObject({ kind: 'exited', exitCode: null, signal: 'SIGKILL' })
  expect(heard).toEqual(['SIGINT', 'SIGTERM'])
})

test('a program that heeds SIGINT ends its own way', async () => {
  const code = `process.on('SIGINT', () => process.exit(5)); (await import('node:fs')).writeFileSync('polite', ''); setInterval(() => {}, 1000)`
  const child = startChild(script(code), deaf)
  await until(() => isThere('polite'))
  child.stop()
  expect(await child.ended).toMatchObject({ kind: 'exited', exitCode: 5 })
})

test.runIf(process.platform === 'linux').each([
  { says: 'in its group', command: 'sleep 1000 &' },
  { says: 'in a session of its own', command: 'setsid sleep 1000 &' },
  { says: 'deaf to hanging up, with the output held open', command: 'nohup setsid sleep 1000 2>&1 &' },
  { says: 'deaf to SIGTERM', command: 'setsid sh -c \'trap "" TERM; while :; do sleep 1; done\' &' },
])('what it leaves running $says ends with it', async ({ command }) => {
  const launch = shell(`${command} echo left`)
  expect(await startChild(launch, deaf).ended).toMatchObject({ kind: 'exited', exitCode: 0 })
  expect(await findMarked([launch.marker])).toEqual([])
})
