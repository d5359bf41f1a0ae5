import { describe, expect, it } from 'vitest'
import type { SessionOutcome } from '../../src/core/session.js'
import { type Act, approval, finished } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const file = 'milestones/_next/stage-1.md'

const leaving = (...titles: readonly string[]): SessionOutcome => {
  const findings = titles.map((title) => ({ severity: 'minor', file: 'a.txt', line: 1, title, detail: '' }))
  return finished({ verdict: 'approved', summary: 'fine', criteria: [], findings })
}

/** Each task and the stage as a whole are approved, and may leave something over. */
const leavingOver =
  (over: Readonly<Record<string, readonly string[]>>): Act =>
  (request, files) => {
    if (request.step === 'review') return request.task in over ? leaving(...(over[request.task] ?? [])) : approval()
    files[`${request.task}.txt`] = `${request.task}\n`
    return finished()
  }

const worldOf = (over: Readonly<Record<string, readonly string[]>>): World =>
  new World({ milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })], act: leavingOver(over) })

const messagesThatTouch = (world: World): readonly string[] =>
  [...world.git.history(world.tip().id)]
    .map((id) => world.git.get(id))
    .filter(({ tree, parents }) => parents.length === 1 && tree[file] !== world.git.get(parents[0] ?? '').tree[file])
    .map(({ message }) => message.split('\n')[0] ?? '')

describe('what a stage leaves over', () => {
  it('is written once, with TASKS.md, by task and in their order', async () => {
    const world = worldOf({ '1B': ['No example of it'], '1A': ['A name too many', 'No example of it'] })
    expect((await world.run()).ending).toBe('done')
    const lines = world.tip().tree[file]?.match(/^\d+\. .*$/gm) ?? []
    expect(lines.map((line) => line.replace(/, [0-9a-f]{8}\)$/, ')'))).toEqual([
      '1. a.txt:1: A name too many (1A, minor)',
      '2. a.txt:1: No example of it (1A, minor)',
    ])
    expect(messagesThatTouch(world)).toEqual(['Record stage 1 in TASKS.md'])
    expect(world.facts.filter((f) => f.type === 'deferred-written')).toEqual([])
  })

  it('has what the review of the whole left over too, and the checks run on that before it lands', async () => {
    const world = worldOf({ '1B': ['No example of it'], 'stage-1': ['Two words for one thing'] })
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree[file]).toMatch(/No example of it \(1B.*\n2\. a\.txt:1: Two words for one thing \(stage-1/)
    const written = world.facts.find((f) => f.type === 'deferred-written')
    const checked = world.facts.find((f) => f.type === 'checks-finished' && f.task === 'stage-1' && f.seq > (written?.seq ?? 0))
    expect(written).toMatchObject({ task: 'stage-1', findings: 1 })
    expect(checked).toMatchObject({ commit: written?.type === 'deferred-written' ? written.commit : '' })
    expect(world.facts.filter((f) => f.type === 'review-given' && f.task === 'stage-1')).toHaveLength(1)
  })

  it('is nothing where nothing was', async () => {
    const world = worldOf({})
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree[file]).toBeUndefined()
  })
})
