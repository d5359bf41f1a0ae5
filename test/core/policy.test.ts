import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { afterLikeFailure, causeOf, isTripped, type Streak } from '../../src/core/policy/breaker.js'
import { closedUntil, farthestReset } from '../../src/core/policy/limit.js'
import { afterFailedSession, mostSetbacks } from '../../src/core/policy/retry.js'
import type { TriedRemedy } from '../../src/core/policy/stuck.js'
import type { Again } from '../../src/core/session.js'
import { judge } from '../../src/core/verdict.js'

const policy = { retries: 3, delayMs: 30_000, factor: 2, maxMs: 600_000 }
const none = { failures: 0, setbacks: 0, remedy: null as TriedRemedy }
const decide = (failure: Failure, again: Again, before = none, random = 1) =>
  afterFailedSession(failure, again, before, policy, { now: 1000, random })

describe('after a failed session', () => {
  const crashed: Failure = { reason: 'agent-crashed', detail: '' }
  const down: Failure = { reason: 'service-unavailable', detail: '529' }

  it('a crash is repeated soon, and longer after each', () => {
    const delays = [0, 1, 2].map((failures) => (decide(crashed, 'resume', { ...none, failures }).again?.at ?? 0) - 1000)
    expect(delays).toEqual([1000, 2000, 4000])
  })

  it('gives up after the configured retries', () => {
    expect(decide(crashed, 'resume', { ...none, failures: 3 })).toEqual({ again: null, counts: true })
  })

  it('a service that does not answer never counts against the task', () => {
    expect(decide(down, 'resume', { ...none, failures: 3, setbacks: 5 })).toMatchObject({ counts: false, again: { session: 'resume' } })
    expect((decide(down, 'resume', { ...none, failures: 0, setbacks: 30 }).again?.at ?? 0) - 1000).toBe(600_000)
    expect(decide(down, 'resume', { ...none, setbacks: mostSetbacks }).again).toBeNull()
  })

  it('chance spreads a delay over its upper half', () => {
    expect((decide(down, 'resume', none, 0).again?.at ?? 0) - 1000).toBe(15_000)
  })

  it('an empty diff gets one more chance, at once', () => {
    expect(decide({ reason: 'empty-diff' }, 'resume').again).toEqual({ at: 1000, session: 'resume' })
    expect(decide({ reason: 'empty-diff' }, 'resume', { ...none, failures: 1 }).again).toBeNull()
  })

  describe('that hung', () => {
    const hung: Failure = { reason: 'agent-silent', silentMs: 300_000, tool: null }
    it.each<[name: string, remedy: TriedRemedy, again: Again, session: 'resume' | 'fresh' | null]>([
      ['the first time it is nudged', null, 'resume', 'resume'],
      ['after that it is begun anew', 'nudge', 'resume', 'fresh'],
      ['after that its task needs a person', 'restart', 'resume', null],
      ['a conversation that never began cannot be nudged', null, 'fresh', 'fresh'],
      ['one that was nudged and lost is begun anew once', 'nudge', 'fresh', 'fresh'],
      ['one that cannot be repeated needs a person at once', null, 'never', null],
    ])('%s', (_, remedy, again, session) => {
      const expected = session === null ? null : { at: 1000, session }
      expect(decide(hung, again, { ...none, remedy, failures: 3 })).toEqual({ again: expected, counts: false })
    })
  })

  it('what cannot be repeated is not', () => {
    expect(decide({ reason: 'model-unknown', detail: '' }, 'never').again).toBeNull()
  })
})

describe('like failures', () => {
  const crash = (detail: string): Failure => ({ reason: 'agent-crashed', detail })
  const row = (...met: readonly (readonly [task: string, failure: Failure])[]): Streak | null =>
    met.reduce<Streak | null>((streak, [task, failure]) => afterLikeFailure(streak, failure, task), null)

  it.each<[name: string, a: string, b: string]>([
    ['numbers', 'exit 137 after 12 s', 'exit 9 after 700 s'],
    ['folders', 'cannot read /repo/.orch/worktrees/r/1A/x.json', 'cannot read /repo/.orch/worktrees/r/1B/x.json'],
    ['folders of Windows', 'cannot read C:\\repo\\1A\\x.json', 'cannot read C:\\repo\\1B\\x.json'],
    ['sessions', 'session 5c8e6d0a-1111-4222-8333-944455566677 is gone', 'session aaaaaaaa-1111-4222-8333-944455566678 is gone'],
    ['commits', 'bad object 0a1b2c3d4e5f', 'bad object ffffffff0000'],
    ['case and blanks', 'Out  of memory\n', 'out of memory'],
  ])('are told alike whatever their %s', (_, a, b) => {
    expect(causeOf(crash(a))).toBe(causeOf(crash(b)))
  })

  it('are told apart by what they say', () => {
    expect(causeOf(crash('out of memory'))).not.toBe(causeOf(crash('no such module')))
    expect(causeOf(crash('x'))).not.toBe(causeOf({ reason: 'agent-refused', detail: 'x' }))
  })

  it('trip once there are enough of them, of more than one task', () => {
    expect(isTripped(row(['1A', crash('x')], ['1B', crash('x')]), 3)).toBe(false)
    expect(isTripped(row(['1A', crash('x')], ['1B', crash('x')], ['1A', crash('x')]), 3)).toBe(true)
    expect(isTripped(row(['1A', crash('x')], ['1A', crash('x')], ['1A', crash('x')]), 3)).toBe(false)
    expect(isTripped(row(['1A', crash('x')], ['1B', crash('y')], ['1C', crash('x')]), 3)).toBe(false)
    expect(isTripped(row(['1A', crash('x')], ['1B', crash('x')], ['1C', crash('x')]), 0)).toBe(false)
  })

  it('are not made of a service that does not answer, which is waited out', () => {
    const down: Failure = { reason: 'service-unavailable', detail: '529' }
    expect(row(['1A', down], ['1B', down])).toBeNull()
    expect(row(['1A', crash('x')], ['1B', down])).toMatchObject({ count: 1 })
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
