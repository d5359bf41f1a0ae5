import { describe, expect, it } from 'vitest'
import { type Act, approval, finished, refusal } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** Two stages with a refused review, a failing check, a conflict and a red combination in them. */
function eventfulWorld(concurrency: number): World {
  const refused = new Set<string>()
  const act: Act = (request, files) => {
    if (request.step === 'review') {
      if (request.task !== '1A' || refused.has(request.task)) return approval()
      refused.add(request.task)
      return refusal('not yet')
    }
    const conflicting = request.task === '1A' || request.task === '1B'
    if (request.step === 'resolve') files['shared.txt'] = '1A\n1B\n'
    else if (conflicting && request.step === 'implement') files['shared.txt'] = `${request.task}\n`
    files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
    return { ...finished(), text: `REASON ${request.task}.txt: it says which step was the last` }
  }
  return new World({
    concurrency,
    act,
    milestones: ['1A', '1B', '1C', '2A', '2B'].map((id) => aMilestone({ id, checks: ['test'] })),
    check: (_, files) => files['2A.txt'] !== '2A implement\n' && !('1A.txt' in files && files['1C.txt'] === '1C implement\n'),
  })
}

const mergesOf = (world: World) =>
  [...world.git.history(world.tip().id)]
    .map((id) => world.git.get(id))
    .filter((c) => c.parents.length === 2 && /Orch-Milestone/.test(c.message))
    .map((c) => /Orch-Task: (\S+)/.exec(c.message)?.[1] ?? '')
    .sort()

async function crashingAt(n: number, concurrency: number): Promise<{ world: World; point: string | null }> {
  const world = eventfulWorld(concurrency)
  let count = 0
  let point: string | null = null
  world.crash = (where) => {
    if (count++ !== n) return
    point = where
    throw new Error(`killed ${where}`)
  }
  const outcome = await world.run().catch(() => null)
  if (outcome === null) await world.run()
  return { world, point }
}

describe('killed at any instant, a resumed run', () => {
  it.each([1, 3])('ends as if nothing had happened, %i at a time', async (concurrency) => {
    const calm = eventfulWorld(concurrency)
    expect((await calm.run()).ending).toBe('done')
    const sessions = calm.agent.sessions.length
    let points = 0
    for (let n = 0; ; n++) {
      const { world, point } = await crashingAt(n, concurrency)
      if (point === null) break
      points++
      const told = `killed ${point} (${n})`
      expect(world.state?.ending, told).toBe('done')
      expect(mergesOf(world), told).toEqual(['1A', '1B', '1C', '2A', '2B'])
      const { 'TASKS.md': _, ...tree } = world.tip().tree
      const { 'TASKS.md': __, ...calmTree } = calm.tip().tree
      expect(tree, told).toEqual(calmTree)
      // At most the sessions that were cut off are continued or repeated.
      expect(world.agent.sessions.length - sessions, told).toBeLessThanOrEqual(concurrency)
      expect([...world.worktrees.keys()], told).toEqual([])
    }
    expect(points).toBeGreaterThan(200)
  })
})
