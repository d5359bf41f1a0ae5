import { describe, expect, test } from 'vitest'
import { gibibyte, type MachineSample, mebibyte } from '../../src/core/machine.js'
import {
  type Claim,
  crossedBy,
  holdFor,
  memoryFree,
  memoryLevel,
  nothingCrossed,
  type ResourceRules,
  sessionsThatFit,
} from '../../src/core/policy/admission.js'
import { expectedNeed } from '../../src/core/policy/need.js'
import { nodeSettings } from '../../src/core/policy/node-heap.js'
import { nextStart } from '../../src/core/policy/ramp.js'
import { type RunningSession, reliefFor } from '../../src/core/policy/relief.js'
import { roomy } from '../support/simulation/memory-machine.js'

const rules: ResourceRules = { cpuMax: 90, memMax: 85, diskMax: 90, hysteresis: 5, maxMemory: null }

/** A machine of 20 GiB, of which so many are free. */
const withFree = (free: number, part: Partial<MachineSample> = {}): MachineSample => ({
  ...roomy,
  memory: { total: 20 * gibibyte, available: free * gibibyte },
  ...part,
})

const claim = (need: number, uses = 0): Claim => ({ need: need * gibibyte, uses: uses * gibibyte })

function held(need: number, sample: MachineSample, claims: readonly Claim[], changed: Partial<ResourceRules> = {}): string | null {
  const now = { ...rules, ...changed }
  return holdFor(need * gibibyte, { sample, claims, crossed: crossedBy(sample, now, nothingCrossed) }, now)?.detail ?? null
}

describe('a start', () => {
  test('is admitted where its need fits beside what others were promised', () => {
    expect(held(1.5, withFree(10), [claim(1.5)])).toBeNull()
  })

  test('is held when two would count on the same free memory, and says by how much', () => {
    expect(held(1.5, withFree(6.1), [claim(2)])).toBe('memory: 3.1 GiB free, 2.0 reserved, needs 1.5')
  })

  test('is admitted once what was promised is in use, since that is no longer free', () => {
    expect(held(1.5, withFree(6.1), [claim(2, 2)])).toBeNull()
  })

  test('is held from the threshold on, whatever it needs', () => {
    expect(held(0.1, withFree(2.9), [claim(1, 1)])).toBe('memory: 86 % used, starts wait from 85 %')
  })

  test('is held while programs wait for memory', () => {
    expect(held(0.1, withFree(15, { memoryStall: 12 }), [claim(1, 1)])).toBe('memory: programs wait for it 12 % of the time')
  })

  test('is never held by an expectation when no other session runs', () => {
    expect(held(50, withFree(2.9), [])).toBeNull()
  })

  test('is held all the same when the machine is out of memory', () => {
    expect(held(0.1, withFree(1.4), [])).toBe('memory: 93 % used, starts wait from 85 %')
  })

  test('is held by what all sessions may use together', () => {
    const sample = withFree(18, { sessions: { a: { memory: 3 * gibibyte, processors: 0 } } })
    expect(held(1.5, sample, [claim(3, 3)], { maxMemory: 4 * gibibyte })).toBe('memory: 0.4 GiB free, 0 MiB reserved, needs 1.5')
  })

  test('is held by a full disk, also when it is the first', () => {
    expect(held(1, withFree(18, { disk: { total: 100 * gibibyte, free: 5 * gibibyte } }), [])).toBe('disk: 5.0 GiB free, 95 % used')
  })

  test('is not held by a percentage of a large disk', () => {
    expect(held(1, withFree(18, { disk: { total: 4000 * gibibyte, free: 100 * gibibyte } }), [])).toBeNull()
  })

  test('is held by processors that are busy with sessions, not with what others do', () => {
    const busy = (processors: number) => withFree(18, { cpu: 95, processors: 2, sessions: { a: { memory: 0, processors } } })
    expect(held(1, busy(1.5), [claim(1)])).toBe('processors: 95 % busy with running sessions')
    expect(held(1, busy(0.2), [claim(1)])).toBeNull()
  })

  test('is never held by a threshold of 100', () => {
    const full = withFree(0, { cpu: 100, memoryStall: 90, disk: { total: 100, free: 0 }, sessions: { a: { memory: 0, processors: 8 } } })
    expect(held(9, full, [claim(9)], { cpuMax: 100, memMax: 100, diskMax: 100 })).toBeNull()
  })
})

test('what was closed opens only below the hysteresis', () => {
  const open = crossedBy(withFree(3.2), rules, nothingCrossed)
  const closed = crossedBy(withFree(2.9), rules, open)
  const still = crossedBy(withFree(3.9), rules, closed)
  const again = crossedBy(withFree(4.1), rules, still)
  expect([open, closed, still, again].map((c) => c.memory)).toEqual([false, true, true, false])
})

test.each([
  [10, null, 'calm'],
  [2.9, null, 'tight'],
  [1.4, null, 'critical'],
  [10, 15, 'tight'],
  [10, 45, 'critical'],
])('with %d of 20 GiB free and %s %% of the time waiting, memory is %s', (free, memoryStall, level) => {
  const sample = withFree(free, { memoryStall })
  expect(memoryLevel(sample, rules, crossedBy(sample, rules, nothingCrossed))).toBe(level)
})

test.each([
  [0, 1],
  [3.4, 1],
  [6.1, 4],
  [20, 24],
  [100, 50],
])('with %d of 20 GiB free, sessions of 700 MiB fit %d times', (free, sessions) => {
  expect(sessionsThatFit(memoryFree(withFree(free), rules), 700 * mebibyte, 50)).toBe(sessions)
})

describe('what a session is expected to need', () => {
  const peaks = (...mebibytes: number[]) => mebibytes.map((m) => ({ memory: m * mebibyte, processors: 1 }))
  const need = (...mebibytes: number[]) => {
    const { memory, sessions } = expectedNeed(peaks(...mebibytes), 700 * mebibyte)
    return [Math.round(memory / mebibyte), sessions]
  }

  test.each<[string, readonly number[], readonly [number, number]]>([
    ['the configured value, of sessions that nobody has seen', [], [700, 0]],
    ['no less than that, of a few small ones', [200, 250], [700, 2]],
    ['the largest and what no look has seen, of a few large ones', [2000, 900], [2400, 2]],
    ['less than configured, when enough small ones are known', Array<number>(9).fill(200), [240, 9]],
    ['not the largest, when one of very many stands out', [...Array<number>(19).fill(500), 4000], [600, 20]],
  ])('is %s', (_, seen, expected) => {
    expect(need(...seen)).toEqual(expected)
  })
})

describe('under pressure', () => {
  const times = { patienceMs: 30, longestMs: 300 }
  const session = (task: string, part: Partial<RunningSession> = {}): RunningSession => ({
    task,
    frozenSince: null,
    unfreezable: false,
    ...part,
  })
  const [a, b, c] = [session('1A'), session('1B'), session('1C')]

  test.each<[string, Parameters<typeof reliefFor>[0], RunningSession[], string | null]>([
    ['nothing is done while memory is only tight', 'tight', [a, b], null],
    ['the youngest is frozen', 'critical', [a, b, c], 'freeze 1C'],
    ['then it is seen whether that helps', 'critical', [a, b, session('1C', { frozenSince: 90 })], null],
    ['a frozen one is ended when that was not enough', 'critical', [a, b, session('1C', { frozenSince: 60 })], 'stop 1C'],
    ['a frozen one is ended at once when all are', 'critical', [session('1A', { frozenSince: 99 })], 'stop 1A'],
    ['one that cannot be frozen is ended', 'critical', [a, session('1B', { unfreezable: true })], 'stop 1B'],
    ['the one that was frozen first but one goes on in calm', 'calm', [a, session('1B', { frozenSince: 9 })], 'thaw 1B'],
    ['frozen ones wait until it is calm', 'tight', [a, session('1B', { frozenSince: 90 })], null],
    ['but not when no other could give memory back', 'tight', [session('1B', { frozenSince: 90 })], 'thaw 1B'],
    ['and not for longer than a connection lasts', 'tight', [a, session('1B', { frozenSince: -300 })], 'stop 1B'],
    ['nothing is done where nothing runs', 'critical', [], null],
  ])('%s', (_, level, sessions, expected) => {
    const relief = reliefFor(level, sessions, 100, times)
    expect(relief === null ? null : `${relief.kind} ${relief.task}`).toBe(expected)
  })
})

test.each([
  [[], 2, 100_000],
  [[99_000], 2, 100_000],
  [[98_000, 99_000], 2, 158_000],
  [[30_000, 99_000], 2, 90_000],
  [[99_000, 99_000], null, 100_000],
])('after starts at %j with %s a minute, the next is at %d', (starts, perMinute, at) => {
  expect(nextStart(starts, perMinute, 100_000)).toBe(at)
})

test.each([
  [1, 1, 512, 30, 4],
  [2, 2, 1024, 61, 4],
  [4, 4, 2048, 122, 4],
  [8, 8, 4096, 245, 8],
  [16, 10, 9216, 491, 10],
  [23.5, 2, 14336, 721, 4],
  [24, 10, 14336, 737, 10],
  [32, 16, 20480, 983, 16],
  [64, 16, 45056, 1966, 16],
  [1024, 128, 733184, 2048, 16],
])('%d GiB and %d cores: heap %d MiB, half a young generation %d MiB, %d threads', (memory, cores, heapMiB, semiSpaceMiB, threads) => {
  expect(nodeSettings(memory * gibibyte, cores)).toMatchObject({ heapMiB, semiSpaceMiB, threads })
})
