import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { err, ok } from '../../src/core/result.js'
import type { Publisher } from '../../src/engine/ports/publisher.js'
import { acting, bounded } from '../support/simulation/acts.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const milestones = [aMilestone({ id: '1A' }), aMilestone({ id: '2A', stage: 2 })]
const red: Failure = { reason: 'pull-request-red', url: 'https://example.com/1', failed: ['build'], pending: [] }

/** Says the given things, one for each call, and then that all is well. */
function publisher(...said: readonly Failure[]): Publisher & { readonly stages: number[] } {
  const stages: number[] = []
  return {
    stages,
    publish: (_, stage) => {
      const failure = said[stages.push(stage) - 1]
      return Promise.resolve(
        failure === undefined ? ok([{ task: null, number: stage, url: `https://example.com/${stage}` }]) : err(failure),
      )
    },
  }
}

describe('stages that are published', () => {
  it('are published once each, as they land', async () => {
    const shown = publisher()
    const world = new World({ milestones, publisher: shown, act: acting({}) })
    expect((await world.run()).ending).toBe('done')
    expect(shown.stages).toEqual([1, 2])
  })

  it('hold the next one back while their checks fail, and go on from there once they pass', async () => {
    const shown = publisher(red)
    const world = new World({ milestones, publisher: shown, act: acting({}) })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: red })
    expect(world.agent.sessions.some((session) => session.task === '2A')).toBe(false)
    expect((await bounded(world).run()).ending).toBe('done')
    expect(shown.stages).toEqual([1, 1, 2])
  })

  it('hold nothing back when the server cannot be reached', async () => {
    const away: Failure = { reason: 'forge-failed', doing: 'open a pull request', detail: 'no route' }
    const world = new World({ milestones, publisher: publisher(away, away), act: acting({}) })
    expect((await world.run()).ending).toBe('done')
  })
})
