import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../src/core/failure-words.js'
import type { Milestone } from '../../src/core/milestone.js'
import { acting, giveUp, phases, write } from '../support/simulation/acts.js'
import { finished } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** A run whose milestone files are others by the time that 1A is implemented. */
function editedMeanwhile(before: readonly Milestone[], after: readonly Milestone[]): World {
  const world: World = new World({
    milestones: before,
    act: acting({
      '1A implement': (...given) => {
        world.milestones = after
        return write(...given)
      },
    }),
  })
  return world
}

describe('a task whose dependency did not get done', () => {
  it('stays blocked when the run goes on, and its stage does not pass without it', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', depends: ['1B'] }), aMilestone({ id: '1B', optional: true }), aMilestone({ id: '1C' })],
      act: acting({ '1B implement': giveUp }),
    })
    for (let times = 0; times < 2; times++) {
      expect(await world.run()).toEqual({ ending: 'failed', failure: { reason: 'dependency-failed', on: '1B' } })
      expect(phases(world)).toMatchObject({ '1A': 'blocked', '1C': 'approved' })
      expect(world.tip().message).toBe('Begin')
    }
  })

  it('is blocked too when that was an optional task of an earlier stage', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', optional: true }), aMilestone({ id: '1B' }), aMilestone({ id: '2A', depends: ['1A'] })],
      act: acting({ '1A implement': giveUp }),
    })
    expect(await world.run()).toEqual({ ending: 'failed', failure: { reason: 'dependency-failed', on: '1A' } })
    expect(phases(world)).toMatchObject({ '1B': 'merged', '2A': 'blocked' })
  })

  it('does not hide that a person is needed for the other one', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B', depends: ['1A'] })],
      act: acting({ '1A review': () => finished() }),
    })
    expect((await world.run()).ending).toBe('needs-person')
    expect(phases(world)).toMatchObject({ '1A': 'parked', '1B': 'blocked' })
  })
})

describe('milestone files that change while an earlier stage runs', () => {
  const before = [aMilestone({ id: '1A' }), aMilestone({ id: '3A' }), aMilestone({ id: '3B' })]

  it('bring in a stage between', async () => {
    const world = editedMeanwhile(before, [...before, aMilestone({ id: '2A' })])
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.flatMap((f) => (f.type === 'stage-started' ? [f.stage] : []))).toEqual([1, 2, 3])
    expect(phases(world)).toMatchObject({ '2A': 'merged', '3A': 'merged' })
  })

  it.each<[string, Milestone[], string]>([
    ['a circle', [aMilestone({ id: '3A', depends: ['3B'] }), aMilestone({ id: '3B', depends: ['3A'] })], '3A → 3B → 3A'],
    ['a need for what is not there', [aMilestone({ id: '3A', depends: ['9Z'] })], 'depends on 9Z'],
  ])('into %s stop the run with the problem, and it goes on once that is mended', async (_, broken, said) => {
    const world = editedMeanwhile(before, [aMilestone({ id: '1A' }), ...broken])
    const { ending, failure } = await world.run()
    expect(ending).toBe('needs-person')
    expect(failure).toMatchObject({ reason: 'milestones-invalid', problems: [expect.stringContaining(said)] as unknown })
    world.milestones = before
    expect((await world.run()).ending).toBe('done')
  })

  it('and add to a stage that has passed what a later one needs: the person is told that another run does it', async () => {
    const world = editedMeanwhile(before, [...before.slice(0, 2), aMilestone({ id: '1B' }), aMilestone({ id: '3B', depends: ['1B'] })])
    const { failure } = await world.run()
    expect(failure).toMatchObject({ reason: 'milestones-invalid', isForAnotherRun: true })
    expect(failure === null ? null : describeFailure(failure).hint).toContain('orch run --new')
  })

  it('may be deleted once they are merged, whoever depends on them', async () => {
    const later = aMilestone({ id: '3A', depends: ['1A'] })
    const world = editedMeanwhile([aMilestone({ id: '1A' }), later], [later])
    expect((await world.run()).ending).toBe('done')
    expect(phases(world)).toMatchObject({ '1A': 'merged', '3A': 'merged' })
  })

  it('may all be deleted for a stage, which leaves nothing behind', async () => {
    const world = editedMeanwhile(before, [aMilestone({ id: '1A' })])
    expect((await world.run()).ending).toBe('done')
    expect([...world.git.branches.keys()]).toEqual(['main'])
  })
})

describe('what is merged already', () => {
  it('begins no stage of its own', async () => {
    const later = [aMilestone({ id: '1A' }), aMilestone({ id: '2A' })]
    const world = new World({ milestones: later, act: acting() })
    await world.run()
    world.state = null
    world.facts.length = 0
    world.milestones = [aMilestone({ id: '1B' })]
    world.crash = (where) => {
      if (where === 'before saving stage-landed') world.milestones = [...later, aMilestone({ id: '1B' })]
    }
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.flatMap((f) => (f.type === 'stage-started' ? [f.stage] : []))).toEqual([1])
  })
})

describe('a branch that an earlier try left behind', () => {
  it('is brought to what was merged since, before anybody works on it', async () => {
    let seen: string[] = []
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B', depends: ['1A'] })],
      act: acting({
        '1B implement': (request, files, clock) => {
          seen = Object.keys(files)
          return write(request, files, clock)
        },
      }),
    })
    world.git.branches.set('orch/r1/1B', world.tip().id)
    expect((await world.run()).ending).toBe('done')
    expect(seen).toContain('1A.txt')
  })
})

describe('a base branch that is gone', () => {
  it('holds the finished stage, and the run goes on once it is back', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({
        '1A implement': (...given) => {
          world.git.branches.delete('main')
          return write(...given)
        },
      }),
    })
    const begin = world.tip().id
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'branch-missing' } })
    world.git.branches.set('main', begin)
    const paid = world.agent.sessions.length
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.length).toBe(paid)
  })
})
