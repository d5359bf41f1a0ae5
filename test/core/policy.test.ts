import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { closedUntil, farthestReset } from '../../src/core/policy/limit.js'
import { afterFailedSession, mostSetbacks } from '../../src/core/policy/retry.js'
import type { Again } from '../../src/core/session.js'
import { judge } from '../../src/core/verdict.js'

const policy = { retries: 3, delayMs: 30_000, factor: 2, maxMs: 600_000 }
const none = { failures: 0, setbacks: 0 }
const decide = (failure: Failure, again: Again, before = none, random = 1) =>
  afterFailedSession(failure, again, before, policy, { now: 1000, random })

describe('after a failed session', () => {
  const crashed: Failure = { reason: 'agent-crashed', detail: '' }
  const down: Failure = { reason: 'service-unavailable', detail: '529' }

  it('a crash is repeated soon, and longer after each', () => {
    const delays = [0, 1, 2].map((failures) => (decide(crashed, 'resume', { failures, setbacks: 0 }).again?.at ?? 0) - 1000)
    expect(delays).toEqual([1000, 2000, 4000])
  })

  it('gives up after the configured retries', () => {
    expect(decide(crashed, 'resume', { failures: 3, setbacks: 0 })).toEqual({ again: null, counts: true })
  })

  it('a service that does not answer never counts against the task', () => {
    expect(decide(down, 'resume', { failures: 3, setbacks: 5 })).toMatchObject({ counts: false, again: { session: 'resume' } })
    expect((decide(down, 'resume', { failures: 0, setbacks: 30 }).again?.at ?? 0) - 1000).toBe(600_000)
    expect(decide(down, 'resume', { failures: 0, setbacks: mostSetbacks }).again).toBeNull()
  })

  it('chance spreads a delay over its upper half', () => {
    expect((decide(down, 'resume', none, 0).again?.at ?? 0) - 1000).toBe(15_000)
  })

  it('an empty diff gets one more chance, at once', () => {
    expect(decide({ reason: 'empty-diff' }, 'resume').again).toEqual({ at: 1000, session: 'resume' })
    expect(decide({ reason: 'empty-diff' }, 'resume', { failures: 1, setbacks: 0 }).again).toBeNull()
  })

  it('what cannot be repeated is not', () => {
    expect(decide({ reason: 'model-unknown', detail: '' }, 'never').again).toBeNull()
  })
})

describe('a limit', () => {
  const limits = { marginMs: 60_000, waitMs: 300_000 }
  const now = 1_000_000_000
  const at = { now, random: 0 }
  it('holds for up to twice the margin, so that not everybody comes back at once', () => {
    expect(closedUntil({ resetsAt: now + 5000, window: null }, 0, limits, { now, random: 1 }).until).toBe(now + 125_000)
  })
  it('holds until the reset and a margin', () => {
    expect(closedUntil({ resetsAt: now + 5000, window: null }, 0, limits, at)).toEqual({ until: now + 65_000, guessed: false })
  })
  it.each([
    ['missing', null],
    ['past', now - 120_000],
    ['absurd', now + farthestReset + 1],
    ['not a number', Number.NaN],
  ])('a reset that is %s falls back to a doubling wait', (_, resetsAt) => {
    expect(closedUntil({ resetsAt, window: null }, 0, limits, at)).toEqual({ until: now + 300_000, guessed: true })
    expect(closedUntil({ resetsAt, window: null }, 2, limits, at).until).toBe(now + 1_200_000)
    expect(closedUntil({ resetsAt, window: null }, 99, limits, at).until).toBe(now + 3_600_000)
  })
})

describe('a verdict', () => {
  const met = { n: 1, met: true, evidence: 'src/a.ts', file: null, line: null }
  const answer = { verdict: 'approved', summary: '', criteria: [met], findings: [] } as const
  const finding = { id: 'f', severity: 'major', file: null, line: null, title: 't', detail: '' } as const
  it.each([
    ['approval with every criterion met approves', answer, [1], true],
    ['a criterion that nobody judged is not met', answer, [1, 2], false],
    ['a criterion judged not met refuses', { ...answer, criteria: [{ ...met, met: false }] }, [1], false],
    ['a major finding refuses, whatever the answer says', { ...answer, findings: [finding] }, [1], false],
    ['a nit does not', { ...answer, findings: [{ ...finding, severity: 'nit' as const }] }, [1], true],
    ['changes requested refuse', { ...answer, verdict: 'changes_requested' as const }, [1], false],
  ])('%s', (_, given, criteria, approved) => {
    expect(judge(given, criteria).approved).toBe(approved)
  })
})
