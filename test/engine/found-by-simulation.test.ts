import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/adapters/store/store-error.js'
import { type Act, approval, finished } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** Writes one file per task and approves everything. */
const write: Act = (request, files) => {
  if (request.step === 'review') return approval([1, 2, 3])
  files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
  return finished()
}

describe('a save that fails', () => {
  it('is told as what it is, when all siblings have ended', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })], act: write })
    world.crash = (point) => {
      if (point === 'before saving attempt-finished') throw new StoreError({ reason: 'disk-full', path: 'facts.ndjson' })
    }
    await expect(world.run()).rejects.toBeInstanceOf(StoreError)
    expect(world.agent.sessions).toHaveLength(2)
  })
})
