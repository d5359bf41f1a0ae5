import { describe, expect, it } from 'vitest'
import type { SessionOutcome } from '../../src/core/session.js'
import { type Act, approval, finished, paid } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const silent: SessionOutcome = {
  kind: 'failed',
  usage: paid,
  failure: { reason: 'agent-silent', silentMs: 300_000, tool: 'Bash npm test' },
  again: 'resume',
}

const crashed: SessionOutcome = {
  kind: 'failed',
  usage: paid,
  failure: { reason: 'agent-crashed', detail: 'no such module' },
  again: 'fresh',
}

/** Hangs or works by turns; a review approves. */
const inTurn = (...turns: readonly ('hangs' | 'crashes' | 'works')[]): Act => {
  let turn = 0
  return (request, files) => {
    if (request.step === 'review') return approval()
    const now = turns[Math.min(turn++, turns.length - 1)]
    if (now === 'hangs') return silent
    if (now === 'crashes') return crashed
    files[`${request.task}.txt`] = `${request.task}\n`
    return finished()
  }
}

const alone = [aMilestone({ id: '1A' })]
const prompts = (world: World) => world.agent.sessions.filter((s) => s.step === 'implement').map((s) => s.prompt)
const conversations = (world: World) => world.agent.sessions.filter((s) => s.step === 'implement').map((s) => s.session)

describe('a session that hangs', () => {
  it('is nudged in its conversation, then begun anew, then its task is parked, and no retry is burned', async () => {
    const world = new World({ milestones: alone, act: inTurn('hangs') })
    const outcome = await world.run()
    expect(outcome).toMatchObject({ ending: 'needs-person', failure: { reason: 'agent-silent', tool: 'Bash npm test' } })
    expect(prompts(world)).toEqual(['implement 1A', 'nudge 1A', 'implement 1A'])
    const [first, nudged, restarted] = conversations(world)
    expect(nudged).toBe(first)
    expect(restarted).not.toBe(first)
    expect(world.state?.work['1A']).toMatchObject({ phase: 'parked', failures: 0, setbacks: 0, attempts: 3 })
  })

  it('and goes on after the nudge gets its whole ladder again', async () => {
    let turn = 0
    const act: Act = (request, files) => {
      if (request.step === 'review') return approval()
      const kind = ['hangs', 'works', 'hangs', 'hangs', 'mends'][turn++]
      files['1A.txt'] = `${kind}\n`
      return kind === 'hangs' ? silent : finished()
    }
    const world = new World({
      milestones: alone,
      act,
      check: (_, files) => files['1A.txt'] === 'mends\n',
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
    })
    expect(await world.run()).toEqual({ ending: 'done', failure: null })
    expect(world.state?.work['1A']).toMatchObject({ remedy: null, failure: null })
  })

  it('and crashes when it is nudged is not told again that it hung', async () => {
    const world = new World({ milestones: alone, act: inTurn('hangs', 'crashes', 'works') })
    expect(await world.run()).toEqual({ ending: 'done', failure: null })
    expect(prompts(world)).toEqual(['implement 1A', 'nudge 1A', 'implement 1A'])
    expect(world.facts.filter((f) => f.type === 'attempt-failed').map((f) => f.counts)).toEqual([false, true])
  })

  it.each(['before saving attempt-failed', 'after saving attempt-failed', 'before saving attempt-started', 'after saving attempt-started'])(
    'does not get its ladder anew when orch dies %s',
    async (where) => {
      const world = new World({ milestones: alone, act: inTurn('hangs') })
      let times = 0
      world.crash = (point) => {
        if (point === where && ++times === 2) throw new Error('dead')
      }
      await expect(world.run()).rejects.toThrow('dead')
      world.crash = () => undefined
      expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'agent-silent' } })
      const rungs = world.facts.flatMap((f) => (f.type === 'attempt-failed' ? [f.again?.session ?? 'given up'] : []))
      expect(rungs).toEqual(['resume', 'fresh', 'given up'])
    },
  )

  it('in a review is begun anew once, as nobody goes on with the eyes of another one', async () => {
    const act: Act = (request, files) => {
      if (request.step === 'review') return silent
      files['1A.txt'] = 'x\n'
      return finished()
    }
    const world = new World({ milestones: alone, act })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'agent-silent' } })
    expect(world.agent.sessions.filter((s) => s.step === 'review').map((s) => s.resumes)).toEqual([false, false])
  })

  it('goes on where it was, all counters fresh, when a person has it tried again', async () => {
    const world = new World({ milestones: alone, act: inTurn('hangs', 'hangs', 'hangs', 'works') })
    await world.run()
    expect(await world.run(['1A'])).toEqual({ ending: 'done', failure: null })
  })
})

describe('sessions that all fail for the same cause', () => {
  const twenty = Array.from({ length: 20 }, (_, n) => aMilestone({ id: `1${String.fromCharCode(65 + n)}` }))

  it('stop the stage after a handful of them, with the cause named, and nothing further is paid for', async () => {
    const world = new World({ milestones: twenty, act: inTurn('crashes'), concurrency: 4 })
    const outcome = await world.run()
    expect(outcome).toMatchObject({
      ending: 'needs-person',
      failure: { reason: 'breaker-tripped', count: 5, cause: { reason: 'agent-crashed', detail: 'no such module' } },
    })
    // The fifth failure may find three siblings at work.
    expect(world.agent.sessions.length).toBeLessThanOrEqual(5 + 3)
    expect(world.state?.stages[0]).toMatchObject({ phase: 'held', failure: { reason: 'breaker-tripped' } })
  })

  it('are tried again by the next start, which stops again while the cause is there and goes to the end once it is gone', async () => {
    let isBroken = true
    const act: Act = (...given) => (isBroken ? crashed : inTurn('works')(...given))
    const world = new World({ milestones: twenty.slice(0, 6), act, concurrency: 2 })
    await world.run()
    const paidFor = world.agent.sessions.length
    expect(await world.run()).toMatchObject({ failure: { reason: 'breaker-tripped', count: 5 } })
    expect(world.agent.sessions.length - paidFor).toBeGreaterThanOrEqual(5)
    isBroken = false
    expect(await world.run()).toEqual({ ending: 'done', failure: null })
  })

  it('stop nothing when one succeeds in between, or when the breaker is off', async () => {
    const act: Act = (request, ...rest) =>
      request.step === 'implement' && request.number < 3 && 'ABC'.includes(request.task.slice(1))
        ? crashed
        : inTurn('works')(request, ...rest)
    const world = new World({ milestones: twenty.slice(0, 4), act, concurrency: 1 })
    expect(await world.run()).toEqual({ ending: 'done', failure: null })
    const off = new World({
      milestones: twenty.slice(0, 3),
      act: inTurn('crashes'),
      config: (config) => ({ ...config, health: { ...config.health, breaker: 0 } }),
    })
    expect(await off.run()).toMatchObject({ ending: 'failed', failure: { reason: 'agent-crashed' } })
    expect(off.agent.sessions.length).toBe(3 * 4)
  })

  it('of one task alone are for its own retries', async () => {
    const world = new World({
      milestones: alone,
      act: inTurn('crashes'),
      config: (config) => ({ ...config, execution: { ...config.execution, retries: 9 } }),
    })
    expect(await world.run()).toMatchObject({ ending: 'failed', failure: { reason: 'agent-crashed' } })
    expect(world.agent.sessions.length).toBe(10)
  })
})
