import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ProcProcesses } from '../../../src/adapters/processes/proc-processes.js'

/** A folder that shows processes as Linux does, and a clock beside it. */
async function machine() {
  const proc = await mkdtemp(join(tmpdir(), 'orch-proc-'))
  onTestFinished(() => rm(proc, { recursive: true, force: true }))
  const clock = { now: 0 }
  const processes = new ProcProcesses(proc, () => clock.now)
  return {
    clock,
    shows: async (pid: number, { marker, startTime = 100, ticks = 250 }: { marker: string | null; startTime?: number; ticks?: number }) => {
      const fields = ['S', '1', ...Array<string>(9).fill('0'), String(ticks), '50', ...Array<string>(6).fill('0'), String(startTime)]
      await mkdir(join(proc, String(pid)), { recursive: true })
      await writeFile(join(proc, String(pid), 'stat'), `${pid} (a) name (x) ${fields.join(' ')} 0\n`)
      await writeFile(
        join(proc, String(pid), 'status'),
        'Name:\ta\nRssAnon:\t 2048 kB\nRssFile:\t 9 kB\nRssShmem:\t 1024 kB\nVmSwap:\t 1024 kB\n',
      )
      await writeFile(join(proc, String(pid), 'environ'), `PATH=/bin\0${marker === null ? '' : `ORCH_MARKER=${marker}\0`}`)
    },
    hides: (pid: number) => rm(join(proc, String(pid)), { recursive: true }),
    markers: async () => (await processes.uses()).map(({ marker }) => marker),
    uses: () => processes.uses(),
  }
}

test('of each process with a marker its own memory and its time are told', async () => {
  const { shows, uses } = await machine()
  await shows(7, { marker: 'a' })
  await shows(8, { marker: null })
  expect(await uses()).toEqual([{ marker: 'a', memory: 4 * 1024 * 1024, cpuSeconds: 3 }])
})

test('who started a process is asked while it is new, and never again', async () => {
  const { shows, markers, clock } = await machine()
  await shows(7, { marker: 'a' })
  await shows(8, { marker: null })
  await markers()
  clock.now = 10_000
  await markers()
  await shows(7, { marker: 'another', ticks: 300 })
  await shows(8, { marker: 'late' })
  expect(await markers()).toEqual(['a'])
})

test("a child that shows its parent's environment for a moment is known by its own", async () => {
  const { shows, markers, clock } = await machine()
  await shows(7, { marker: null })
  await shows(8, { marker: 'outer' })
  expect(await markers()).toEqual(['outer'])
  clock.now = 50
  await shows(7, { marker: 'a' })
  await shows(8, { marker: 'b' })
  expect(await markers()).toEqual(['a', 'b'])
})

test('a process that has ended is none, and a later one with its number is another', async () => {
  const { shows, hides, markers, clock } = await machine()
  await shows(7, { marker: 'a' })
  await shows(8, { marker: null })
  await markers()
  clock.now = 10_000
  await markers()
  await hides(7)
  expect(await markers()).toEqual([])
  await shows(7, { marker: 'b', startTime: 200 })
  await shows(8, { marker: 'c', startTime: 200 })
  expect(await markers()).toEqual(['b'])
  clock.now = 80_000
  expect(await markers()).toEqual(['b', 'c'])
})
