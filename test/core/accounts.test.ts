import { describe, expect, it } from 'vitest'
import { type AccountChoice, chooseAccount, mostWorthWaiting } from '../../src/core/policy/choose-account.js'
import { afterAnswer, afterOverload, probing, type Window, wholeSessions } from '../../src/core/policy/concurrency.js'
import { nextTimeOfDay } from '../../src/core/wall-clock.js'

const now = 1_000_000_000
const hour = 3_600_000
const pool = [
  { name: 'default', rank: 0, conversations: '/home' },
  { name: 'work', rank: 0, conversations: '/work' },
  { name: 'key', rank: 1, conversations: '/home' },
]
const choose = (closed: Record<string, number>, rest: Partial<AccountChoice> = {}) =>
  chooseAccount({ accounts: pool, closedUntil: (name) => closed[name] ?? null, last: null, conversationOf: null, ...rest }, now)

describe('who pays for the next session', () => {
  const later = now + 5 * hour
  it.each<[string, Record<string, number>, Partial<AccountChoice>, string]>([
    ['the first one', {}, {}, 'default'],
    ['the one used last, while it is open', {}, { last: 'work' }, 'work'],
    ['the next one when that is closed', { work: later }, { last: 'work' }, 'default'],
    ['a higher rank only when the lower ones are closed', { default: later, work: later }, {}, 'key'],
    ['a lower rank again as soon as it is open', { work: later }, { last: 'key' }, 'default'],
    ['one whose reset has passed', { default: now - 1, work: later }, {}, 'default'],
    ['the owner of the conversation', {}, { last: 'default', conversationOf: 'work' }, 'work'],
    ['another one that can read it, when its owner is closed', { default: later }, { conversationOf: 'default' }, 'key'],
    ['another one anew, when it would have to wait long', { work: later }, { conversationOf: 'work' }, 'default'],
  ])('%s', (_, closed, rest, account) => {
    expect(choose(closed, rest)).toEqual({ kind: 'start', account })
  })

  it('waits for the one that opens first when all are closed', () => {
    expect(choose({ default: later, work: later - 1, key: later + 1 })).toEqual({ kind: 'wait', account: 'work', until: later - 1 })
  })

  it('a conversation waits for its own account, but not for long', () => {
    const soon = now + mostWorthWaiting
    expect(choose({ work: soon }, { conversationOf: 'work' })).toEqual({ kind: 'wait', account: 'work', until: soon })
    expect(choose({ work: soon + 1 }, { conversationOf: 'work' })).toMatchObject({ kind: 'start' })
  })
})

describe('sessions at a time', () => {
  const rounds = (from: Window, answers: number, most = 16): (number | null)[] => {
    let window: Window | null = from
    return Array.from({ length: answers }, () => {
      window = window === null ? null : afterAnswer(window, most)
      return window === null ? null : wholeSessions(window)
    })
  }
  it('after a limit one tries first, then twice as many for each round of answers', () => {
    expect(rounds(probing, 7, 8)).toEqual([2, 3, 4, 5, 6, 7, null])
  })
  it('after an overload half as many, then one more for each round of answers', () => {
    expect(afterOverload(8)).toEqual({ sessions: 4, threshold: 4 })
    expect(rounds(afterOverload(4), 6, 4)).toEqual([2, 2, 3, 3, 3, null].map((n) => n))
  })
  it('never fewer than one', () => {
    expect(afterOverload(1).sessions).toBe(1)
  })
})

it.each([
  ['later today', '2026-07-01T05:00:00Z', '2026-07-01T05:30:00Z'],
  ['tomorrow when it has passed', '2026-07-01T05:30:00Z', '2026-07-02T05:30:00Z'],
  ['over the night in which summer time ends', '2026-10-24T12:00:00Z', '2026-10-25T06:30:00Z'],
])('07:30 in Rome is %s', (_, at, then) => {
  expect(new Date(nextTimeOfDay({ hour: 7, minute: 30 }, Date.parse(at), 'Europe/Rome')).toISOString()).toBe(new Date(then).toISOString())
})
