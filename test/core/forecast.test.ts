import { describe, expect, test } from 'vitest'
import { forecast } from '../../src/core/forecast.js'
import { ledgerOf, sumBy } from '../../src/core/ledger.js'
import { noModelUsage, noUsage } from '../../src/core/session.js'
import {
  attemptStarted,
  goodStory,
  recorded,
  runStarted,
  type Story,
  stageStarted,
  storyEnd,
  storyStart,
  threeTasks,
  wholeLife,
} from '../support/facts.js'

const ahead = (now: number) => ({ stages: [{ stage: 2, tasks: 4 }], concurrency: 2, now })
const resetsAt = storyStart + 3_600_000
const seen = (utilization: number): Story => [
  { type: 'windows-seen', account: 'default', windows: [{ window: 'five_hour', utilization, resetsAt }] },
]

describe('a forecast', () => {
  test('is none before anything was finished', () => {
    expect(forecast([recorded([runStarted(threeTasks)])], ahead(0))).toBeNull()
  })

  test('goes by what finished tasks took, and says of how many', () => {
    const found = forecast([recorded(goodStory)], ahead(storyEnd(goodStory)))
    expect(found).toMatchObject({ tasks: 3, taskUsd: expect.closeTo(0.12) as number, taskMs: 70_000, window: null })
    expect(found?.stages).toEqual([{ stage: 2, tasks: 4, usd: expect.closeTo(0.48) as number, share: null, pausesAt: null }])
  })

  test('learns from what the program said of the window, and says when it will be used up', () => {
    const story: Story = [runStarted(threeTasks), stageStarted(1, threeTasks), ...seen(0.5), 1, ...wholeLife('1A'), 1, ...seen(0.74)]
    const now = storyEnd(story)
    const found = forecast([recorded(story)], ahead(now))
    expect(found?.window).toMatchObject({ from: 'utilization', measurements: 1, left: expect.closeTo(0.26) as number })
    // $0.12 took 24 % of it, so four tasks need 96 %; two rounds of 70 s, of which 26/96 until it is used up.
    expect(found?.stages[0]).toMatchObject({ share: expect.closeTo(0.96) as number })
    expect(found?.stages[0]?.pausesAt).toBeCloseTo(now + (0.26 / 0.96) * 140_000, -1)
  })

  test('learns from a limit that was met where the program says nothing', () => {
    const hit: Story = [{ type: 'limit-hit', account: 'default', until: resetsAt, window: 'five_hour', guessed: false }]
    const story: Story = [runStarted(threeTasks), stageStarted(1, threeTasks), ...wholeLife('1A'), 1, ...hit]
    const found = forecast([recorded(story)], ahead(storyEnd(story) + 6 * 3_600_000))
    expect(found?.window).toMatchObject({ from: 'limits', measurements: 1, left: 1 })
    expect(found?.stages[0]?.share).toBeCloseTo(4)
  })
})

describe('the ledger', () => {
  test('tells of each model what a session used of it, and adds up to what the session used', () => {
    const models = { a: { ...noModelUsage, costUsd: 0.3, inputTokens: 30 }, b: { ...noModelUsage, costUsd: 0.1, inputTokens: 10 } }
    const usage = { ...noUsage, costUsd: 0.4, estimatedUsd: 0.2, inputTokens: 40, models }
    const story: Story = [
      runStarted(threeTasks),
      stageStarted(1, threeTasks),
      attemptStarted('1A'),
      { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'crash', usage },
    ]
    const ledger = ledgerOf(recorded(story))
    expect(sumBy(ledger, 'model').map((s) => [s.name, s.costUsd, s.inputTokens])).toEqual([
      ['a', 0.3, 30],
      ['b', 0.1, 10],
    ])
    expect(ledger.reduce((sum, e) => sum + e.estimatedUsd, 0)).toBeCloseTo(0.2)
    expect(ledger[0]).toMatchObject({ task: '1A', stage: 1, step: 'implement', account: 'default' })
  })
})
