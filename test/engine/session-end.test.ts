import { describe, expect, it } from 'vitest'
import { acting, first, idle, write } from '../support/simulation/acts.js'
import { type Act, approval, finished, paid, refusal } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** Writes something that was not there before. */
const another = (): Act => {
  let times = 0
  return (request, files) => {
    files[`${request.task}.txt`] = `${++times}\n`
    return finished()
  }
}

/** Dies at the n-th time that it comes to a point. */
const dieAt = (world: World, point: string, n: number): void => {
  let times = 0
  world.crash = (where) => {
    if (where === point && ++times === n) throw new Error('killed')
  }
}

describe('an attempt in a conversation that was ended before', () => {
  it('is not taken for finished when orch died before its session began', async () => {
    let reviews = 0
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A review': () => (++reviews <= 2 ? refusal(`no ${reviews}`) : approval()), '1A remediate': another() }),
    })
    dieAt(world, 'after saving attempt-started', 3)
    await expect(world.run()).rejects.toThrow('killed')
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'remediate', 'review', 'remediate', 'review'])
  })
})

describe('work that needs no change', () => {
  it('is merged by a commit of its own, so that it is never done again', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A', allowEmpty: true })], act: acting({ '1A implement': idle }) })
    expect((await world.run()).ending).toBe('done')
    const merges = [...world.git.history(world.tip().id)].map((id) => world.git.get(id)).filter((c) => c.parents.length === 2)
    expect(merges.map((c) => c.message)).toEqual([expect.stringContaining('Orch-Task: 1A')])
  })
})

describe('a review that changes files', () => {
  it.each([
    ['refuses', refusal('no')],
    ['approves', approval()],
  ])('and %s counts for nothing: they are put back, and a fresh one is asked', async (_, answer) => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['test'] })],
      act: acting({
        '1A review': first(
          (_request, files) => {
            files['sneaked-in.txt'] = 'x\n'
            files['1A.txt'] = 'better\n'
            return answer
          },
          () => approval(),
        ),
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'review'])
    expect(world.tip().tree).toMatchObject({ '1A.txt': '1A implement\n' })
    expect(world.tip().tree).not.toHaveProperty('sneaked-in.txt')
    expect(world.types()).toContain('review-failed')
  })

  it('again and again is for a person', async () => {
    const sneaking: Act = (_, files) => {
      files['sneaked-in.txt'] = 'x\n'
      return approval()
    }
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: acting({ '1A review': sneaking }) })
    expect(await world.run()).toEqual({ ending: 'needs-person', failure: { reason: 'review-not-readonly', files: ['sneaked-in.txt'] } })
  })

  it('and was cut off together with orch leaves nothing in the next commit', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({
        '1A review': first(
          (request) => {
            Object.assign(world.worktrees.get(request.cwd)?.files ?? {}, { 'sneaked-in.txt': 'x\n' })
            throw new Error('killed')
          },
          first(
            () => refusal('no'),
            () => approval(),
          ),
        ),
      }),
    })
    await expect(world.run()).rejects.toThrow('killed')
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'review', 'remediate', 'review'])
    expect(world.tip().tree).not.toHaveProperty('sneaked-in.txt')
  })
})

describe('a limit without a usable reset', () => {
  const limited: Act = () => ({ kind: 'limited', usage: paid, limit: { resetsAt: null, window: null } })
  const waits = (world: World) => world.facts.flatMap((f) => (f.type === 'limit-hit' ? [(f.until - Date.parse(f.at)) / 60_000] : []))

  it('is waited for twice as long each time, and from the start again once a session got through', async () => {
    const twice = (then: Act): Act => first(limited, first(limited, then))
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A implement': twice(first(limited, write)), '1A review': twice(() => approval()) }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(waits(world)).toEqual([5, 10, 20, 5, 10])
  })
})

describe('a fact that cannot be saved', () => {
  it.each([1, 3])('is told as it is once all sessions have ended, %i at a time', async (concurrency) => {
    class Full extends Error {}
    const world = new World({ concurrency, milestones: ['1A', '1B', '1C'].map((id) => aMilestone({ id })), act: acting() })
    world.crash = (where) => {
      if (where === 'before saving attempt-finished') throw new Full()
    }
    await expect(world.run()).rejects.toBeInstanceOf(Full)
  })
})

describe('the board in the commit that lands', () => {
  it('tells what will be true then, also when the stage was mended as a whole', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
      act: acting({
        'stage-1 review': first(
          () => refusal('they disagree'),
          () => approval(),
        ),
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree['TASKS.md']).toMatch(/1A merged\n1B merged/)
  })
})
