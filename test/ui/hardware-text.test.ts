import { describe, expect, test } from 'vitest'
import type { Hardware } from '../../src/core/hardware.js'
import { gibibyte } from '../../src/core/machine.js'
import { type HardwareReport, hardwareFormats, hardwareText } from '../../src/ui/hardware-text.js'

const linux: Hardware = {
  memory: 24 * gibibyte,
  available: 20 * gibibyte,
  container: null,
  logicalCores: 2,
  physicalCores: 2,
  model: 'Intel Xeon',
  platform: 'linux',
  architecture: 'x64',
}

const report = (hardware: Partial<Hardware>, agent: HardwareReport['agent']['kind'] = 'native'): HardwareReport => ({
  hardware: { ...linux, ...hardware },
  sessions: { atOnce: 24, configured: false, free: 16.5 * gibibyte, need: 0.7 * gibibyte, learntFrom: 0, most: 50 },
  agent: { command: 'claude', kind: agent },
})

const row = (text: string, name: string): string =>
  text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(11) ?? ''

describe('orch hardware, for people', () => {
  test.each<[string, Partial<Hardware>, readonly string[]]>([
    [
      'a small server',
      { memory: 2 * gibibyte, available: gibibyte },
      ['2.0 GiB, 1.0 GiB of it free', '2 cores', 'heap 1024 MiB (50 % of memory; at most 50 %, 1.0 GiB kept)'],
    ],
    [
      'a laptop of 16 GB that shows less',
      { memory: 15.6 * gibibyte, logicalCores: 8, physicalCores: 4 },
      ['4 cores, 8 threads', 'heap 9216 MiB'],
    ],
    ['a machine of 24 GB', {}, ['heap 14336 MiB (58 % of memory; at most 60 %, 4.0 GiB kept), young generation 737 MiB a half']],
    ['32 GB', { memory: 32 * gibibyte }, ['heap 20480 MiB (63 % of memory; at most 65 %, 6.0 GiB kept)']],
    [
      'a large server',
      { memory: 1024 * gibibyte, logicalCores: 256, physicalCores: 128 },
      [
        '1024.0 GiB',
        '128 cores, 256 threads',
        'heap 733184 MiB (70 % of memory; at most 70 %, 8.0 GiB kept), young generation 2048 MiB a half, 16 threads',
      ],
    ],
    [
      'a container on it',
      { memory: 1024 * gibibyte, container: { limit: 4 * gibibyte, available: 3 * gibibyte } },
      ['limited to 4.0 GiB, 3.0 GiB of it free; that is what counts', 'heap 2048 MiB (50 % of memory'],
    ],
    [
      'Apple silicon',
      { memory: 36 * gibibyte, logicalCores: 12, physicalCores: 12, model: 'Apple M3 Pro', platform: 'darwin', architecture: 'arm64' },
      ['Apple M3 Pro: 12 cores', 'darwin arm64', 'heap 23552 MiB', '12 threads'],
    ],
    [
      'Windows',
      { memory: 8 * gibibyte, platform: 'win32', logicalCores: 8, physicalCores: 4 },
      ['win32 x64', 'heap 4096 MiB', '4 threads'],
    ],
  ])('tells of %s', (_, hardware, parts) => {
    const text = hardwareText(report(hardware), 'human')
    for (const part of parts) expect(text).toContain(part)
  })

  test('says how many sessions fit and why', () => {
    const text = hardwareText(report({}), 'human')
    expect(row(text, 'sessions')).toBe(
      '24 at a time now, 50 at most: 16.5 GiB free below the threshold, 0.7 GiB each (as configured, none seen yet)',
    )
  })

  test.each<[HardwareReport['agent']['kind'], string]>([
    ['native', 'claude is a native program: it ignores NODE_OPTIONS; what it runs on Node, such as tests, heeds them'],
    ['node', 'claude runs on Node and heeds NODE_OPTIONS'],
    ['script', 'claude is a script: whether it heeds NODE_OPTIONS depends on what it starts'],
    ['missing', 'claude was not found'],
  ])('says plainly of an agent that is %s whether it heeds them', (kind, words) => {
    expect(row(hardwareText(report({}, kind), 'human'), 'agent')).toBe(words)
  })
})

test.each([
  ['env', 'NODE_OPTIONS="--max-old-space-size=14336 --max-semi-space-size=737"\nUV_THREADPOOL_SIZE="4"'],
  ['export', "export NODE_OPTIONS='--max-old-space-size=14336 --max-semi-space-size=737'\nexport UV_THREADPOOL_SIZE='4'"],
  ['powershell', "$env:NODE_OPTIONS = '--max-old-space-size=14336 --max-semi-space-size=737'\n$env:UV_THREADPOOL_SIZE = '4'"],
] as const)('the variables as %s', (format, text) => {
  expect(hardwareFormats).toContain(format)
  expect(hardwareText(report({}), format)).toBe(text)
})
