import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type WatchdogCause, watchdogs } from '../../../src/adapters/claude/watchdogs.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('time that a session stands frozen counts neither as silence nor as work', () => {
  const bites: WatchdogCause[] = []
  const dogs = watchdogs({ idleMs: 1000, toolIdleMs: 1000, totalMs: 5000, lingerMs: 100 }, (cause) => bites.push(cause))
  vi.advanceTimersByTime(900)
  dogs.pause()
  vi.advanceTimersByTime(60_000)
  dogs.unpause()
  vi.advanceTimersByTime(90)
  expect(bites).toEqual([])
  for (let i = 0; i < 4; i++) {
    dogs.heard()
    vi.advanceTimersByTime(990)
  }
  expect(bites).toEqual([])
  dogs.heard()
  vi.advanceTimersByTime(50)
  expect(bites).toEqual(['timed-out'])
})

test('output that piled up before the freeze does not start the clocks of a frozen session', () => {
  const bites: WatchdogCause[] = []
  const dogs = watchdogs({ idleMs: 1000, toolIdleMs: 1000, totalMs: 5000, lingerMs: 100 }, (cause) => bites.push(cause))
  dogs.pause()
  dogs.heard()
  dogs.finished()
  vi.advanceTimersByTime(60_000)
  expect(bites).toEqual([])
  dogs.unpause()
  vi.advanceTimersByTime(100)
  expect(bites).toEqual(['lingering'])
})
