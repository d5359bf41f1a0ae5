import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/core/config.js'
import { describeFailure } from '../../src/core/failure-words.js'
import { acting } from '../support/simulation/acts.js'
import { World, type WorldOptions } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const suite = 'npm test'
const whole = '/worktrees/stage-1'
const two = [aMilestone({ id: '1A' }), aMilestone({ id: '2A' })]

const withSuite =
  (redBase: Config['execution']['redBase'] = 'go-on') =>
  (config: Config): Config => ({ ...config, checks: [{ command: suite, timeoutMs: 1000 }], execution: { ...config.execution, redBase } })

type Check = NonNullable<WorldOptions['check']>

const aWorld = (check: Check, redBase?: 'go-on' | 'stop'): World =>
  new World({ milestones: two, config: withSuite(redBase), check, act: acting() })

const baseChecks = (world: World) =>
  world.facts.flatMap((f) => (f.type === 'base-checked' ? [{ stage: f.stage, passed: f.results.every((r) => r.passed) }] : []))

/** Red as long as nobody has worked. */
const greenfield: Check = (_, files) => '1A.txt' in files

describe('before a stage begins', () => {
  it('the checks run on what it starts from, once, and not again on what an earlier stage has just landed', async () => {
    const world = aWorld(() => true)
    expect((await world.run()).ending).toBe('done')
    expect(baseChecks(world)).toEqual([{ stage: 1, passed: true }])
    expect(world.types().indexOf('base-checked')).toBeLessThan(world.types().indexOf('stage-started'))
  })

  it('they run again where a person committed in between', async () => {
    const world: World = aWorld((_, __, cwd) => {
      if (cwd === whole && world.types().includes('stage-landed')) throw new Error('not there')
      return true
    })
    world.crash = (point) => {
      if (point !== 'after saving stage-landed' || baseChecks(world).length > 1) return
      world.git.branches.set('main', world.git.commit({ ...world.tip().tree, 'mine.txt': '\n' }, [world.tip().id], 'My own'))
    }
    expect((await world.run()).ending).toBe('done')
    expect(baseChecks(world)).toEqual([
      { stage: 1, passed: true },
      { stage: 2, passed: true },
    ])
  })

  it('nothing is run where the config has no checks', async () => {
    const world = new World({ milestones: two, act: acting() })
    await world.run()
    expect(world.types()).not.toContain('base-checked')
  })

  it('a red one is told before anything is paid for, and the work begins all the same', async () => {
    const world = aWorld(greenfield)
    expect((await world.run()).ending).toBe('done')
    expect(baseChecks(world)).toEqual([{ stage: 1, passed: false }])
    expect(world.types().indexOf('base-checked')).toBeLessThan(world.types().indexOf('attempt-started'))
  })

  it('a red one stops the run where the config says so, pays for nothing, and is looked at again when the run goes on', async () => {
    let isMended = false
    const world = aWorld((...given) => isMended || greenfield(...given), 'stop')
    for (const times of [1, 2]) {
      const { ending, failure } = await world.run()
      expect(ending).toBe('needs-person')
      expect(failure).toMatchObject({ reason: 'base-red', commands: [suite] })
      expect(failure === null ? null : describeFailure(failure).hint).toContain('orch resume')
      expect(baseChecks(world)).toHaveLength(times)
    }
    expect(world.agent.sessions).toEqual([])
    expect([...world.worktrees.keys()]).toEqual([])
    isMended = true
    expect((await world.run()).ending).toBe('done')
  })

  it('a flaky one is green and told as flaky', async () => {
    let runs = 0
    const world = aWorld(() => ++runs > 1)
    expect((await world.run()).ending).toBe('done')
    expect(world.state?.stages[0]?.base).toMatchObject({ flaky: [suite] })
  })

  it('killed at any instant, it is not run more often than it has to be', async () => {
    for (let n = 0; ; n++) {
      const world = aWorld(greenfield)
      let [count, isKilled] = [0, false]
      world.crash = (point) => {
        if (isKilled || count++ !== n || world.types().includes('attempt-started')) return
        isKilled = true
        throw new Error(`killed ${point}`)
      }
      if ((await world.run().catch(() => null)) === null) expect((await world.run()).ending).toBe('done')
      expect(baseChecks(world)).toHaveLength(1)
      if (!isKilled) return
    }
  })
})
