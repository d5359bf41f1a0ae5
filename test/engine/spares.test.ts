import { describe, expect, it } from 'vitest'
import { type Act, approval, finished } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const diligent: Act = ({ step, task }, files) => {
  if (step === 'review') return approval()
  files[`${task}.txt`] = `${task}\n`
  return { ...finished(), text: '' }
}

/** A world that notes where worktrees lie whenever git has done something, until the run ends. */
function watchedWorld(ids: readonly string[], concurrency: number, act: Act = diligent): { world: World; seen: string[][] } {
  const world = new World({ concurrency, act, milestones: ids.map((id) => aMilestone({ id })) })
  const seen: string[][] = []
  world.crash = (point) => {
    if (point.startsWith('after')) seen.push([...world.worktrees.keys()].map((path) => path.replace('/worktrees/', '')).sort())
  }
  return { world, seen }
}

const spares = (places: readonly string[]): number => places.filter((name) => name.startsWith('spare-')).length
const most = (seen: readonly string[][], count: (places: readonly string[]) => number): number => Math.max(...seen.map(count))

describe('worktrees that are kept', () => {
  it.each([
    { ids: ['1A', '1B', '1C', '2A'], kept: 2, why: 'one for the task of the next stage, and one for the whole of it' },
    { ids: ['1A', '2A', '3A', '3B', '3C'], kept: 2, why: 'all that there are, where a later stage has more tasks' },
    { ids: ['1A', '1B', '1C'], kept: 0, why: 'none where no stage comes' },
  ])('are $kept after $ids: $why', async ({ ids, kept }) => {
    const { world, seen } = watchedWorld(ids, 8)
    expect((await world.run()).ending).toBe('done')
    expect(most(seen, spares)).toBe(kept)
    expect([...world.worktrees.keys()]).toEqual([])
  })

  it('are gone when the run ends before their tasks began', async () => {
    const { world, seen } = watchedWorld(['1A', '1B', '2A', '2B'], 4, (request, files, ...rest) => {
      if (request.task === '2A') world.halt.request({ ending: 'interrupted', failure: { reason: 'interrupted' } })
      return diligent(request, files, ...rest)
    })
    expect((await world.run()).ending).toBe('interrupted')
    expect(most(seen, spares)).toBeGreaterThan(0)
    expect([...world.worktrees.keys()].filter((path) => path.includes('spare'))).toEqual([])
  })

  it('count as made in the forecast of the disk', async () => {
    const { world } = watchedWorld(['1A', '1B', '2A', '2B'], 4)
    // Once the first stage is put away there is room for what lies there, and for nothing more.
    world.crash = (point) => {
      if (point === 'after closeScratch' || point === 'after closeWorkspace') world.machine.becomes({ disk: { total: 1e6, free: 1 } })
    }
    await world.run()
    const opened = world.facts.flatMap((fact) => (fact.type === 'workspace-opened' ? [fact.task] : []))
    expect(opened).toEqual(expect.arrayContaining(['2A', '2B']))
  })
})

describe('a worktree is prepared ahead', () => {
  it('while a task waits for a slot, one at a time', async () => {
    const { world, seen } = watchedWorld(['1A', '1B', '1C', '1D'], 2)
    expect((await world.run()).ending).toBe('done')
    expect(most(seen, spares)).toBe(1)
  })

  it('not while slots are free', async () => {
    const { world, seen } = watchedWorld(['1A', '1B', '1C', '1D'], 5)
    expect((await world.run()).ending).toBe('done')
    expect(most(seen, spares)).toBe(0)
  })

  it('and where that fails, the task makes its own', async () => {
    const { world } = watchedWorld(['1A', '1B', '1C'], 1)
    world.failing = (deed) => deed === 'prepareSpare' || deed === 'keepSpares'
    expect((await world.run()).ending).toBe('done')
  })
})
