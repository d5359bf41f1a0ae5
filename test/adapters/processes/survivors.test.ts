import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { markerIn, readPs } from '../../../src/adapters/processes/process-table.js'
import { endDoubtful, endMarked, findMarked } from '../../../src/adapters/processes/survivors.js'
import { until } from '../../support/until.js'

const started: ChildProcess[] = []
const markers: string[] = []
// Also where a test failed: then what it started may have left its parent and its group.
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await endMarked(markers.splice(0), { graceMs: 0, atMostMs: 10_000 })
})

/** One process that is nobody's business. */
const alone = 'echo ready; exec sleep 1000'

async function sleeper(marker: string | null, command = 'sleep 1000 & echo ready; wait'): Promise<ChildProcess> {
  const env = { PATH: process.env['PATH'], ...(marker === null ? {} : { ORCH_MARKER: marker }) }
  const child = spawn('/bin/sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  started.push(child)
  if (marker !== null) markers.push(marker)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

test('everything that carries the marker is found and ended, and nothing else', async () => {
  const marker = crypto.randomUUID()
  const ours = await sleeper(marker)
  const bystander = await sleeper(crypto.randomUUID(), alone)
  const stranger = await sleeper(null, alone)
  const found = await findMarked([marker])
  expect(found.map((p) => p.marker)).toEqual([marker, marker])
  expect(found.map((p) => p.pid)).toContain(ours.pid)
  expect((await endMarked([marker])).sort()).toEqual(found.map((p) => p.pid).sort())
  expect(await findMarked([marker])).toEqual([])
  expect([bystander, stranger].map(isAlive)).toEqual([true, true])
})

test('a marker stands for those below it, and for no other that only begins alike', async () => {
  const run = crypto.randomUUID()
  await sleeper(`${run}/command-1`)
  const other = await sleeper(`${run}-other`, alone)
  await endMarked([run])
  expect(await findMarked([run])).toEqual([])
  expect(isAlive(other)).toBe(true)
})

test.runIf(process.platform === 'linux')('processes that left their session and their parent are found', async () => {
  const marker = crypto.randomUUID()
  const parent = await sleeper(marker, 'setsid nohup sleep 1000 >/dev/null 2>&1 & echo ready; wait')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  expect(await findMarked([marker])).toHaveLength(1)
  await endMarked([marker])
  expect(await findMarked([marker])).toEqual([])
})

test('those that do not heed SIGTERM are ended after a grace', async () => {
  const marker = crypto.randomUUID()
  const child = await sleeper(marker, "trap '' TERM; echo ready; while :; do sleep 1; done")
  await endMarked([marker], { graceMs: 100, atMostMs: 10_000 })
  expect(await findMarked([marker])).toEqual([])
  await until(() => !isAlive(child))
})

test('what a search could not be certain of is ended by a later one', async () => {
  const marker = crypto.randomUUID()
  const child = await sleeper(marker)
  expect(await endMarked([marker], { graceMs: 0, atMostMs: 0 })).toEqual([])
  expect(await endDoubtful()).toContain(child.pid)
  expect(await findMarked([marker])).toEqual([])
})

test('no markers, no processes', async () => {
  expect(await findMarked([])).toEqual([])
  expect(await endMarked([])).toEqual([])
})

test.each([
  { environment: 'A=1\0ORCH_MARKER=abc\0', expected: 'abc' },
  { environment: 'ORCH_MARKER=abc/command-2\0', expected: 'abc' },
  { environment: 'ORCH_MARKER=abcd\0', expected: null },
  { environment: 'NOT_ORCH_MARKER=abc\0', expected: null },
  { environment: '', expected: null },
])('the marker in $environment is $expected', ({ environment, expected }) => {
  expect(markerIn(environment, '\0', ['abc'])).toBe(expected)
})

test('the listing of ps is read with its start times', () => {
  const text =
    '  501     1 Sat Nov 21 04:39:12 2026     /bin/sh -c x ORCH_MARKER=abc\n 1002   501 Sun Nov  1 14:09:02 2026 sleep 5\nrubbish\n'
  expect(readPs(text)).toEqual([
    { pid: 501, parent: 1, startTime: 'Sat Nov 21 04:39:12 2026', command: '    /bin/sh -c x ORCH_MARKER=abc' },
    { pid: 1002, parent: 501, startTime: 'Sun Nov  1 14:09:02 2026', command: 'sleep 5' },
  ])
})
