import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { availableInCgroup } from '../../../src/adapters/machine/cgroup.js'
import { widthFor, widthOf } from '../../../src/adapters/machine/machine.js'
import { type Config, defaultConfig } from '../../../src/core/config.js'

const gibibyte = 1024 ** 3
const mebibyte = 1024 ** 2

describe('how many sessions work at once', () => {
  test.each([
    [0, 1],
    [2.6, 1],
    [3.5, 2],
    [4.2, 3],
    [4.8, 4],
    [64, 4],
    [Number.POSITIVE_INFINITY, 4],
  ])('with %d GiB free: %d', (free, width) => {
    expect(widthOf(free * gibibyte)).toBe(width)
  })

  test('is what the config says, and the machine is not even asked', async () => {
    const config: Config = { ...defaultConfig, execution: { ...defaultConfig.execution, concurrency: 9 } }
    const memory = { system: () => Promise.reject(new Error('asked')), cgroup: () => Promise.reject(new Error('asked')) }
    expect(await widthFor(config, memory)).toBe(9)
  })

  test('is decided by the smaller of the machine and the container', async () => {
    const of = (system: number, cgroup: number) =>
      widthFor(defaultConfig, { system: () => Promise.resolve(system * gibibyte), cgroup: () => Promise.resolve(cgroup * gibibyte) })
    expect(await Promise.all([of(16, 3.5), of(3.5, 16), of(3.5, Number.POSITIVE_INFINITY)])).toEqual([2, 2, 2])
  })

  test('on this machine is between 1 and 4', async () => {
    const width = await widthFor(defaultConfig)
    expect([1, 2, 3, 4]).toContain(width)
  })
})

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
    expect(await availableInCgroup(await machineWith(files))).toBe(mebibytes * mebibyte)
  })
})
