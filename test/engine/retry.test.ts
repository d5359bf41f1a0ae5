import { describe, expect, it } from 'vitest'
import { acting, bounded, commitIn, failing, first, giveUp, idle, phases, writeShared } from '../support/simulation/acts.js'
import { approval, paid, refusal } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const two = [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })]
const conflicting = { '1A implement': writeShared, '1B implement': writeShared }

const stepsOf = (world: World, task: string, from = 0) =>
  world.agent.sessions
    .slice(from)
    .filter((s) => s.task === task)
    .map((s) => s.step)

describe('a conflict that nobody could resolve', () => {
  it.each([
    ['merged', (world: World) => commitIn(world, '1B', { 'shared.txt': '1A\n1B\n' }, [world.tip('orch/r1/stage-1').id])],
    [
      'rebased',
      (world: World) => {
        const place = world.worktrees.get('/worktrees/1B')
        if (place === undefined) throw new Error('no worktree')
        place.head = world.tip('orch/r1/stage-1').id
        return commitIn(world, '1B', { ...world.git.get(place.head).tree, 'shared.txt': '1A\n1B\n' })
      },
    ],
  ])('goes on when a person %s by hand, and what they wrote is checked and reviewed', async (_, byHand) => {
    const world = new World({ milestones: two, act: acting({ ...conflicting, resolve: idle }) })
    expect((await world.run()).ending).toBe('needs-person')
    const written = byHand(world)
    const before = world.agent.sessions.length
    expect((await bounded(world).run(['1B'])).ending).toBe('done')
    expect(world.tip().tree['shared.txt']).toBe('1A\n1B\n')
    expect(world.git.isAncestor(written, world.tip().id)).toBe(true)
    expect(stepsOf(world, '1B', before)).toEqual(['review'])
  })

  it('is resolved anew when the person went on with something else', async () => {
    const both = first(idle, (_, files) => {
      files['shared.txt'] = '1A\n1B\n'
      return { kind: 'finished', usage: failing('agent-crashed', 'never').usage, text: '', structured: undefined, denials: 0 }
    })
    let resolutions = 0
    const world = new World({
      milestones: two,
      act: acting({ ...conflicting, resolve: (...given) => (++resolutions <= 4 ? idle(...given) : both(...given)) }),
    })
    expect((await world.run()).ending).toBe('needs-person')
    const place = world.worktrees.get('/worktrees/1B')
    if (place !== undefined) place.files = { ...world.git.get(place.head).tree }
    commitIn(world, '1B', { 'more.txt': 'more\n' })
    resolutions = 5
    expect((await bounded(world).run(['1B'])).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'shared.txt': '1A\n1B\n', 'more.txt': 'more\n' })
  })

  it('is no endless loop when the agent merged by itself and its session failed', async () => {
    const world: World = new World({
      milestones: two,
      act: acting({
        ...conflicting,
        resolve: () => {
          commitIn(world, '1B', { 'shared.txt': '1A\n1B\n' }, [world.tip('orch/r1/stage-1').id])
          return failing('context-too-long', 'fresh')
        },
      }),
    })
    expect((await bounded(world).run()).ending).toBe('done')
    expect(stepsOf(world, '1B')).toEqual(['implement', 'review', 'resolve', 'review'])
  })
})

describe('a task that is tried again', () => {
  it('runs the commands that its file names now before anything is paid for', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['wrong'] })],
      check: (command) => command === 'right',
      act: acting({ '1A remediate': idle }),
    })
    expect((await world.run()).ending).toBe('failed')
    const before = world.agent.sessions.length
    world.milestones = [aMilestone({ id: '1A', checks: ['right'], hash: 'edited' })]
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(stepsOf(world, '1A', before)).toEqual(['review'])
  })

  it('is reviewed anew when its file says something else, and remediated when it does not', async () => {
    let agrees = false
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A review': () => (agrees ? approval() : refusal('no')), '1A remediate': idle }),
    })
    expect((await world.run()).ending).toBe('needs-person')
    let before = world.agent.sessions.length
    expect((await world.run(['1A'])).ending).toBe('needs-person')
    expect(stepsOf(world, '1A', before)).toEqual(['remediate'])
    before = world.agent.sessions.length
    world.milestones = [aMilestone({ id: '1A', text: '# Less\n', hash: 'edited' })]
    agrees = true
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(stepsOf(world, '1A', before)).toEqual(['review'])
  })

  it('keeps what a review had cost that was cut off with orch, though its file says something else now and another one judges it', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: acting() })
    world.crash = (where) => {
      if (where === 'before saving review-given') throw new Error('killed')
    }
    await world.run().catch(() => null)
    world.crash = () => undefined
    world.failing = (deed) => deed === 'openWorkspace'
    expect((await world.run()).ending).toBe('failed')
    world.failing = () => false
    world.milestones = [aMilestone({ id: '1A', text: '# Less\n', hash: 'edited' })]
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(stepsOf(world, '1A')).toEqual(['implement', 'review', 'review'])
    expect(world.state?.work['1A']?.usage.costUsd).toBeCloseTo(3 * paid.costUsd)
  })

  it('is as optional as its file says now', async () => {
    const world = new World({ milestones: two, act: acting({ '1A implement': giveUp }) })
    expect((await world.run()).ending).toBe('failed')
    world.milestones = [aMilestone({ id: '1A', optional: true, title: 'Another', hash: 'edited' }), aMilestone({ id: '1B' })]
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(phases(world)).toMatchObject({ '1A': 'failed', '1B': 'merged' })
    expect(world.state?.work['1A']?.title).toBe('Another')
  })

  it('takes what a person mended in its worktree: it is committed, checked and reviewed, and no session is paid for it', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['mended'] })],
      check: (_, files) => files['mended.txt'] !== undefined,
      act: acting({ '1A remediate': idle }),
    })
    expect((await world.run()).ending).toBe('failed')
    const place = world.worktrees.get('/worktrees/1A')
    if (place === undefined) throw new Error('no worktree')
    place.files['mended.txt'] = 'by hand\n'
    const before = world.agent.sessions.length
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(stepsOf(world, '1A', before)).toEqual(['review'])
    expect(world.tip().tree['mended.txt']).toBe('by hand\n')
  })

  it('does not cost the stage what was mended in it as a whole', async () => {
    const world = new World({
      milestones: [...two, aMilestone({ id: '1C', optional: true })],
      act: acting({
        '1C implement': first(giveUp, (request, files, clock) => acting()(request, files, clock)),
        'stage-1 review': first(
          () => refusal('they disagree'),
          () => approval(),
        ),
      }),
    })
    world.crash = (where) => {
      if (where === 'before land') throw new Error('killed')
    }
    await world.run().catch(() => null)
    world.crash = () => undefined
    expect((await world.run(['1C'])).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'stage-1.txt': 'stage-1 remediate\n', '1C.txt': '1C implement\n' })
  })
})
