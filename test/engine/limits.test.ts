import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/core/account.js'
import type { SessionOutcome } from '../../src/core/session.js'
import { acting, first, phases, write } from '../support/simulation/acts.js'
import { MemoryLimits } from '../support/simulation/memory-limits.js'
import { type Act, approval, paid } from '../support/simulation/scripted-agent.js'
import { World, type WorldOptions } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const limited = (resetsAt: number | null, window: string | null = 'five_hour'): SessionOutcome => ({
  kind: 'limited',
  usage: paid,
  limit: { resetsAt, window },
})
const overloaded: Act = () => ({ kind: 'failed', usage: paid, failure: { reason: 'service-unavailable', detail: '529' }, again: 'resume' })
const account = (name: string, rest: Partial<Account> = {}): Account => ({ name, rank: 0, conversations: '/home', ...rest })
const tasks = (...ids: string[]) => ids.map((id) => aMilestone({ id }))
const startsOf = (world: World) => world.facts.flatMap((f) => (f.type === 'attempt-started' || f.type === 'review-started' ? [f] : []))
const at = (fact: { at: string }): number => Date.parse(fact.at)

/** Accounts whose windows of five hours open at their first session and bear so much work. */
class Windows {
  readonly #opened = new Map<string, number>()
  readonly #spent = new Map<string, number>()

  constructor(private readonly bears: number) {}

  /** @returns when it resets; null: it is open, and the work is paid for */
  pay(name: string, work: number, now: number): number | null {
    const opened = this.#opened.get(name)
    if (opened === undefined || now >= opened + 5 * hour) {
      this.#opened.set(name, now)
      this.#spent.set(name, 0)
    }
    const spent = this.#spent.get(name) ?? 0
    if (spent + work > this.bears) return (this.#opened.get(name) ?? now) + 5 * hour
    this.#spent.set(name, spent + work)
    return null
  }
}

/** Sessions that work call by call until they are through or their account's window is used up; a conversation that goes on goes on where it was. */
function bySteps(windows: Windows, took: (step: string) => number): Act {
  const call = 2 * minute
  const done = new Map<string, number>()
  return async (request, files, clock, answered) => {
    for (let worked = done.get(request.session) ?? 0; worked < took(request.step); worked += call) {
      done.set(request.session, worked)
      const resets = windows.pay(request.account, call, clock.now())
      if (resets !== null) return limited(resets)
      answered?.()
      await clock.pass(call)
    }
    return request.step === 'review' ? approval([1]) : write(request, files, clock)
  }
}

describe('a week', () => {
  it('of limits on two accounts fails no task and burns no retry, and little time is lost', async ({ annotate }) => {
    const bears = 4 * hour
    const took = (step: string): number => (step === 'review' ? hour : 3 * hour)
    const milestones = [1, 2, 3].flatMap((stage) =>
      Array.from({ length: 20 }, (_, i) => aMilestone({ id: `${stage}${String.fromCharCode(65 + i)}` })),
    )
    const act = bySteps(new Windows(bears), took)
    const world = new World({ milestones, act, concurrency: 6, accounts: [account('default'), account('work')] })
    const began = world.clock.now()
    expect((await world.run()).ending).toBe('done')
    const failed = world.facts.filter((f) => f.type === 'attempt-failed' || f.type === 'review-failed' || f.type === 'task-failed')
    expect(failed).toEqual([])
    expect(Math.max(...Object.values(world.state?.work ?? {}).map((w) => w.failures + w.setbacks))).toBe(0)
    const total = world.clock.now() - began
    // 60 implementations and 60 reviews of tasks, 3 of stages, of which two accounts bear so much in five hours each.
    const all = 60 * (took('implement') + took('review')) + 3 * took('review')
    const ideal = (all / (2 * bears)) * 5 * hour
    const limits = world.facts.filter((f) => f.type === 'limit-hit').length
    const inDays = (ms: number): string => `${(ms / day).toFixed(2)} days`
    await annotate(`took ${inDays(total)}, ideal ${inDays(ideal)}: ${((total / ideal - 1) * 100).toFixed(1)} % more, ${limits} limits`)
    expect(total / day).toBeGreaterThan(5)
    expect(total / ideal).toBeLessThan(1.02)
  }, 60_000)
})

describe('a limit', () => {
  const run = async (options: Partial<WorldOptions> & { act: Act }) => {
    const world = new World({ milestones: tasks('1A', '1B', '1C', '1D'), ...options })
    return { world, outcome: await world.run() }
  }
  const meetsOnce = (resetsIn: number | null) => first((_, __, clock) => limited(resetsIn === null ? null : clock.now() + resetsIn), write)

  it.each([
    ['in the past', -day, 5 * minute],
    ['in 40 days', 40 * day, 5 * minute],
    ['missing', null, 5 * minute],
    ['in three hours', 3 * hour, 3 * hour],
  ])('whose reset is %s is waited out', async (_, resetsIn, atLeast) => {
    const { world, outcome } = await run({ act: acting({ '1A implement': meetsOnce(resetsIn) }), concurrency: 1 })
    expect(outcome.ending).toBe('done')
    const hit = world.facts.find((f) => f.type === 'limit-hit')
    const next = startsOf(world).find((f) => f.seq > (hit?.seq ?? 0))
    expect(at(next ?? { at: '' }) - at(hit ?? { at: '' })).toBeGreaterThanOrEqual(atLeast)
    expect(at(next ?? { at: '' }) - at(hit ?? { at: '' })).toBeLessThan(atLeast + 3 * minute)
    expect(next).toMatchObject({ task: '1A', attempt: 1, resumes: true })
  })

  it('one session tries first when it lifts, and the others follow once it was answered', async () => {
    const opens = { at: 0 }
    const act: Act = (request, files, clock) => {
      opens.at ||= clock.now() + hour
      return clock.now() < opens.at ? limited(opens.at) : acting()(request, files, clock)
    }
    const { world, outcome } = await run({ act, concurrency: 4 })
    expect(outcome.ending).toBe('done')
    const after = startsOf(world).filter((f) => at(f) >= opens.at)
    expect(at(after[1] ?? { at: '' })).toBeGreaterThan(at(after[0] ?? { at: '' }))
    const widths = world.facts.flatMap((f) => (f.type === 'concurrency-changed' ? [f.sessions] : []))
    expect(widths).toEqual([1, 2, 3, null])
  })

  it('of one account does not hold what another one can pay for; a conversation goes on there where it can be read', async () => {
    const act = acting({
      '1A implement': (request, files, clock) =>
        request.account === 'default' ? limited(clock.now() + 5 * hour) : write(request, files, clock),
    })
    const { world, outcome } = await run({ act, concurrency: 1, accounts: [account('default'), account('work')] })
    expect(outcome.ending).toBe('done')
    expect(startsOf(world).slice(0, 2)).toMatchObject([
      { task: '1A', account: 'default', resumes: false },
      { task: '1A', account: 'work', resumes: true },
    ])
    expect(world.clock.elapsed).toBeLessThan(hour)
  })

  it('makes a new conversation where the other account cannot read the old one and the wait would be long', async () => {
    const act = acting({
      '1A implement': (request, files, clock) =>
        request.account === 'default' ? limited(clock.now() + 5 * hour) : write(request, files, clock),
    })
    const { world } = await run({ act, concurrency: 1, accounts: [account('default'), account('work', { conversations: '/other' })] })
    expect(startsOf(world)[1]).toMatchObject({ task: '1A', attempt: 1, account: 'work', resumes: false })
  })

  it('in the middle of a review lets that review go on where it was', async () => {
    const { world, outcome } = await run({ act: acting({ '1A review': first(meetsOnce(hour), () => approval()) }), concurrency: 1 })
    expect(outcome.ending).toBe('done')
    const reviews = startsOf(world).filter((f) => f.type === 'review-started' && f.task === '1A')
    expect(reviews).toMatchObject([
      { review: 1, resumes: false },
      { review: 1, resumes: true, session: reviews[0]?.session },
    ])
  })

  it('in the middle of a review that has changed files lets another one begin', async () => {
    const act = acting({
      '1A review': first(
        (request, files, clock) => {
          files['scribble.txt'] = request.task
          return limited(clock.now() + hour)
        },
        () => approval(),
      ),
    })
    const { world, outcome } = await run({ act, concurrency: 1 })
    expect(outcome.ending).toBe('done')
    const sessions = startsOf(world).flatMap((f) => (f.type === 'review-started' && f.task === '1A' ? [f.session] : []))
    expect(new Set(sessions).size).toBe(2)
    expect(world.tip().tree).not.toHaveProperty('scribble.txt')
  })

  it('is not waited for beyond the leash, and the run goes on when it is resumed', async () => {
    const { world, outcome } = await run({
      act: acting({ '1A implement': meetsOnce(5 * hour) }),
      concurrency: 1,
      waitsUntil: Date.UTC(2026, 0, 1, 3),
    })
    expect(outcome).toMatchObject({ ending: 'paused', failure: { reason: 'limit-reached' } })
    expect(world.clock.elapsed).toBeLessThan(minute)
    world.clock.jump(6 * hour)
    expect((await world.run()).ending).toBe('done')
  })

  it.each([
    ['forward', day],
    ['back', -day],
  ])('is waited out although the clock is set %s by a day', async (_, jump) => {
    const world = new World({ milestones: tasks('1A'), concurrency: 1, act: acting({ '1A implement': meetsOnce(5 * hour) }) })
    const running = world.run()
    void world.clock.pass(hour).then(() => world.clock.jump(jump))
    expect((await running).ending).toBe('done')
    expect(world.clock.elapsed).toBeLessThan(5 * hour + 5 * minute)
    expect(world.state?.work['1A']?.failures).toBe(0)
  })
})

describe('two runs on one account', () => {
  const shared = () => {
    const machine = new MemoryLimits()
    const asks: string[] = []
    const opens = Date.UTC(2026, 0, 1) + 2 * hour
    const make = (run: string, concurrency = 1) => {
      const act: Act = (request, files, clock) => {
        asks.push(`${run} ${request.task}`)
        return clock.now() < opens ? limited(opens) : acting()(request, files, clock)
      }
      const world = new World({ milestones: tasks('1A', '1B', '1C'), concurrency, act })
      world.sharedLimits = machine.of(run, world.clock)
      return world
    }
    return { make, asks, opens }
  }

  it('one that starts while the other waits asks nothing before the limit lifts', async () => {
    const { make, asks, opens } = shared()
    const one = make('one')
    one.clock.sleepUntil(Date.UTC(2026, 0, 1) + hour, new AbortController().signal).then(
      () => one.halt.request({ ending: 'interrupted', failure: { reason: 'interrupted' } }),
      () => undefined,
    )
    expect((await one.run()).ending).toBe('interrupted')
    expect(asks).toEqual(['one 1A'])
    const two = make('two', 3)
    two.clock.jump(hour)
    expect((await two.run()).ending).toBe('done')
    expect(startsOf(two).filter((f) => at(f) < opens)).toEqual([])
    expect(phases(two)['1A']).toBe('merged')
  })
})

describe('an overloaded service', () => {
  it('halves what runs at a time, and lets it grow back', async () => {
    let calls = 0
    const storm: Act = (request, files, clock) => (calls++ < 4 ? overloaded(request, files, clock) : acting()(request, files, clock))
    const world = new World({ milestones: tasks(...'ABCDEFGH'.split('').map((l) => `1${l}`)), concurrency: 4, act: storm })
    expect((await world.run()).ending).toBe('done')
    const widths = world.facts.flatMap((f) => (f.type === 'concurrency-changed' ? [f.sessions] : []))
    expect(widths).toEqual([2, 3, null])
    expect(world.facts.filter((f) => f.type === 'attempt-failed' && f.counts)).toEqual([])
  })
})
