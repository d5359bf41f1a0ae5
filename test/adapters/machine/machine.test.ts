import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryInCgroup } from '../../../src/adapters/machine/cgroup.js'
import { memoryStall } from '../../../src/adapters/machine/memory-stall.js'
import { machineSampler } from '../../../src/adapters/machine/sampler.js'
import { type MachineSources, realSources } from '../../../src/adapters/machine/sources.js'

const gibibyte = 1024 ** 3
const mebibyte = 1024 ** 2

/** A root folder with these files. */
async function machineWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'orch-cgroup-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
  return root
}

const limited = (folder: string, limit: string, usage: number, inactive: number) => ({
  [`sys/fs/cgroup/${folder}memory.max`]: `${limit}\n`,
  [`sys/fs/cgroup/${folder}memory.current`]: `${usage * mebibyte}\n`,
  [`sys/fs/cgroup/${folder}memory.stat`]: `anon 1\ninactive_file ${inactive * mebibyte}\nactive_file 5\n`,
})

describe("a container's limit", () => {
  const cases: readonly [string, Record<string, string>, number][] = [
    ['none, on a system without groups', {}, Number.POSITIVE_INFINITY],
    ['none, where the group says max', { 'proc/self/cgroup': '0::/\n', ...limited('', 'max', 5, 0) }, Number.POSITIVE_INFINITY],
    ['version 2, cached files not counted', { 'proc/self/cgroup': '0::/\n', ...limited('', `${1000 * mebibyte}`, 700, 200) }, 500],
    [
      'version 2, the tightest of a group and those above it',
      {
        'proc/self/cgroup': '0::/a/b\n',
        ...limited('a/b/', 'max', 1, 0),
        ...limited('a/', `${300 * mebibyte}`, 100, 0),
        ...limited('', 'max', 1, 0),
      },
      200,
    ],
    ['version 2, more used than allowed', { 'proc/self/cgroup': '0::/\n', ...limited('', `${10 * mebibyte}`, 20, 0) }, 0],
    [
      'version 1, where nothing is limited',
      {
        'proc/self/cgroup': '4:memory:/x\n',
        'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
        'sys/fs/cgroup/memory/memory.usage_in_bytes': '5\n',
      },
      Number.POSITIVE_INFINITY,
    ],
    [
      'version 1',
      {
        'proc/self/cgroup': '12:pids:/x\n5:cpu,memory:/docker/abc\n',
        'sys/fs/cgroup/memory/memory.limit_in_bytes': `${800 * mebibyte}\n`,
        'sys/fs/cgroup/memory/memory.usage_in_bytes': `${500 * mebibyte}\n`,
        'sys/fs/cgroup/memory/memory.stat': `total_inactive_file ${100 * mebibyte}\n`,
      },
      400,
    ],
  ]
  test.each(cases)('%s', async (_, files, mebibytes) => {
    const { available } = await memoryInCgroup(await machineWith(files))
    expect(available).toBe(mebibytes * mebibyte)
  })
})

test.each([
  ['some avg10=12.50 avg60=3.00 avg300=0.10 total=5\nfull avg10=1.00 avg60=0 avg300=0 total=2\n', 12.5],
  ['', null],
])('the pressure on memory is read from %j', async (text, percent) => {
  expect(await memoryStall(await machineWith({ 'proc/pressure/memory': text }))).toBe(percent)
})

/** Sources that a test moves. */
function sources(part: Partial<MachineSources> = {}): MachineSources {
  return {
    memory: () => Promise.resolve({ total: 16 * gibibyte, available: 8 * gibibyte }),
    cgroup: () => Promise.resolve({ limit: Number.POSITIVE_INFINITY, available: Number.POSITIVE_INFINITY }),
    memoryStall: () => Promise.resolve(null),
    processorTimes: () => ({ busy: 0, all: 0, processors: 4 }),
    disk: () => Promise.resolve({ total: 100, free: 50 }),
    sessions: () => Promise.resolve({}),
    ...part,
  }
}

describe('a look at the machine', () => {
  test("counts on the container's memory where it has less", async () => {
    const root = await machineWith({ 'proc/self/cgroup': '0::/\n', ...limited('', `${1000 * mebibyte}`, 700, 200) })
    const machine = machineSampler({ sources: sources({ cgroup: () => memoryInCgroup(root) }), everyMs: 1000, now: () => 0 })
    expect((await machine.sample()).memory).toEqual({ total: 1000 * mebibyte, available: 500 * mebibyte })
  })

  test('tells what has happened since the one before it', async () => {
    let at = 0
    const machine = machineSampler({
      everyMs: 1000,
      now: () => at,
      sources: sources({
        processorTimes: () => ({ busy: at, all: at * 4, processors: 4 }),
        sessions: () => Promise.resolve({ s: { memory: 5, cpuSeconds: at / 500 } }),
      }),
    })
    expect(await machine.sample()).toMatchObject({ cpu: 0, sessions: { s: { memory: 5, processors: 0 } } })
    at = 1000
    expect(await machine.sample()).toMatchObject({ cpu: 25, sessions: { s: { memory: 5, processors: 2 } } })
  })

  test('is one for all who ask at the same time', async () => {
    let looks = 0
    const machine = machineSampler({
      everyMs: 1000,
      now: () => 0,
      sources: sources({
        disk: () => {
          looks++
          return Promise.resolve({ total: 1, free: 1 })
        },
      }),
    })
    await Promise.all([machine.sample(), machine.sample(), machine.sample()])
    expect(looks).toBe(1)
  })

  test('comes again and again while somebody listens, also after one that failed', async () => {
    let looks = 0
    const failing = () => (++looks === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve({ total: 1, free: 1 }))
    const machine = machineSampler({ everyMs: 5, now: () => 0, sources: sources({ disk: failing }) })
    await new Promise<void>((resolve) => {
      const unwatch = machine.watch(() => {
        unwatch()
        resolve()
      })
    })
    expect(looks).toBe(2)
  })

  test('shows this very machine', async () => {
    const machine = machineSampler({
      sources: realSources(tmpdir(), () => Promise.resolve({})),
      everyMs: 1000,
      now: () => performance.now(),
    })
    const { memory, disk, processors } = await machine.sample()
    expect(memory.available).toBeGreaterThan(0)
    expect(memory.total).toBeGreaterThan(memory.available)
    expect(disk.total).toBeGreaterThan(disk.free)
    expect(processors).toBeGreaterThan(0)
  })
})
