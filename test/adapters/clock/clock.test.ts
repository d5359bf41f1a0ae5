import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemChance } from '../../../src/adapters/clock/chance.js'
import { longestNapMs, nextNap, systemClock } from '../../../src/adapters/clock/clock.js'

const day = 24 * 60 * 60 * 1000

describe('waiting', () => {
  test.each([
    [0, 0],
    [-5, 0],
    [1, 1],
    [30_000, 30_000],
    [30_001, 30_000],
    [40 * day, 30_000],
    [Number.POSITIVE_INFINITY, 30_000],
  ])('%d ms ahead is a nap of %d ms', (ahead, nap) => {
    expect(nextNap(1000, 1000 + ahead)).toBe(nap)
    expect(nap).toBeLessThanOrEqual(longestNapMs)
  })

  test('for what is past is over at once', async () => {
    await systemClock.sleepUntil(systemClock.now() - 1, new AbortController().signal)
  })

  test('is over when the instant has come, not before', async () => {
    const until = systemClock.now() + 20
    await systemClock.sleepUntil(until, new AbortController().signal)
    expect(systemClock.now()).toBeGreaterThanOrEqual(until)
  })

  test('ends as soon as it is stopped, without an error', async () => {
    const stop = new AbortController()
    const waiting = systemClock.sleepUntil(systemClock.now() + 365 * day, stop.signal)
    stop.abort()
    await waiting
    await systemClock.sleepUntil(systemClock.now() + day, stop.signal)
  })
})

describe('against the wall clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each([
    ['the machine slept past the instant', 10 * day, true],
    ['the clock was set back', -day, false],
  ])('%s', (_, jump, isOver) => {
    const until = 60_000
    vi.setSystemTime(10_000 + jump)
    expect(nextNap(systemClock.now(), until) === 0).toBe(isOver)
  })
})

test('chance gives UUIDs and fractions', () => {
  expect(systemChance.uuid()).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
  const fraction = systemChance.fraction()
  expect(fraction >= 0 && fraction < 1).toBe(true)
})
