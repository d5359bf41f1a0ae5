import { describe, expect, it } from 'vitest'
import { coloursFor } from '../../src/ui/colours.js'
import { heartbeatText, PlainView } from '../../src/ui/plain-view.js'
import {
  begun,
  ended,
  folded,
  goodStory,
  reviewed,
  runStarted,
  type Story,
  stageStarted,
  storyEnd,
  storyStart,
  tell,
  threeTasks,
} from '../support/facts.js'
import { eventually, Paper } from '../support/screen.js'

const viewOn = (paper: Paper, story: Story, part: { colour?: boolean; heartbeatMs?: number } = {}): PlainView =>
  new PlainView({
    stderr: paper,
    now: () => storyEnd(story),
    timeZone: 'UTC',
    colours: coloursFor(part.colour === true),
    ...(part.heartbeatMs === undefined ? {} : { heartbeatMs: part.heartbeatMs }),
  })

const atWork: Story = [runStarted(threeTasks), stageStarted(1, threeTasks), ...begun('1A'), 65]

describe('plain lines', () => {
  it('tell one change each, with the time', async () => {
    const paper = new Paper()
    const story = goodStory.slice(0, 14)
    const view = viewOn(paper, story)
    tell(view, story)
    await view.close()
    expect(paper.text).toMatchInlineSnapshot(`
      "14:00:00 run r1 started: 3 tasks in 2 stages, from main at 626173652d63
      14:00:00 stage 1 started: 1A, 1B
      14:00:00 1A workspace opened on orch/r1/1A
      14:00:00 1A has no entry requirements to run
      14:00:00 1A implementing (attempt 1)
      14:00:55 1A implemented: changes in 31412d636f6d (1m 00s, $0.10)
      14:00:55 1A checks: passed
      14:00:55 1A reviewing (round 1)
      14:01:05 1A review round 1: approved (10s, $0.02)
      14:01:05 1A approved at 31412d636f6d
      14:01:05 1B workspace opened on orch/r1/1B
      14:01:05 1B has no entry requirements to run
      "
    `)
  })

  it('tell of a closed window once, whatever number of tasks wait for it', async () => {
    const paper = new Paper()
    const view = viewOn(paper, atWork)
    const wait = { type: 'waiting', reason: 'limit', until: storyEnd(atWork) + 60_000, detail: '' } as const
    tell(view, atWork)
    const before = paper.text.length
    view.progressed({ ...wait, task: '1A' })
    view.progressed({ ...wait, task: '1B' })
    view.progressed({ ...wait, task: null })
    await view.close()
    expect(paper.text.slice(before)).toBe('14:01:05 1A waiting for the limit until 14:02 (in 1m 00s)\n')
  })

  it('name the task because of which a stage and a run failed, and say a failure once', async () => {
    const failure = { reason: 'checks-failed', commands: ['npm test'], rounds: 1 } as const
    const story: Story = [
      ...atWork,
      { type: 'task-failed', task: '1A', failure },
      { type: 'stage-failed', stage: 1, failure },
      ended('failed', failure),
    ]
    const paper = new Paper()
    const view = viewOn(paper, story)
    tell(view, story)
    await view.close()
    expect(paper.text.match(/still fail/g)).toHaveLength(1)
    expect(paper.text).toContain('stage 1 failed, because of 1A\n')
    expect(paper.text).toContain('run r1 failed, because of 1A\n')
  })

  it('tell of a limit once, with the time of the reader', async () => {
    const until = storyEnd(atWork) + 60_000
    const story: Story = [
      ...atWork,
      { type: 'limit-hit', account: 'default', until, window: null, guessed: false },
      ended('paused', { reason: 'limit-reached', until: new Date(until).toISOString() }),
    ]
    const paper = new Paper()
    const view = viewOn(paper, story)
    tell(view, story)
    view.progressed({ type: 'waiting', reason: 'limit', task: '1A', until, detail: '' })
    await view.close()
    expect(paper.text).not.toContain('waiting for the limit')
    expect(paper.text).toContain("run r1 paused: the account's limit is reached until 14:02 (in 1m 00s)\n")
  })

  it('tell notices at once, and what an agent does only with the next sign of life', async () => {
    const paper = new Paper()
    const view = viewOn(paper, atWork, { heartbeatMs: 20 })
    tell(view, atWork)
    view.progressed({ type: 'session-progressed', task: '1A', doing: 'Edit src/a.ts', costUsd: 0.1 })
    expect(paper.text).not.toContain('Edit')
    await eventually(() => paper.text.includes('still at it: 1A implementing (Edit src/a.ts); 1 task waiting: 1B'), 'the sign of life')
    view.progressed({ type: 'noticed', text: 'the disk is nearly full' })
    await view.close()
    expect(paper.text).toContain('14:01:05 the disk is nearly full\n')
  })

  it('control no cursor, and are coloured only where colour is wanted', async () => {
    for (const colour of [true, false]) {
      const paper = new Paper()
      const view = viewOn(paper, goodStory, { colour })
      tell(view, goodStory)
      await view.close()
      expect(paper.text.includes('\u001b[')).toBe(colour)
      for (const sequence of paper.text.split('\u001b').slice(1)) expect(sequence).toMatch(/^\[\d+m/)
    }
  })
})

describe('the sign of life', () => {
  const moment = { now: storyStart + 65_000, timeZone: 'UTC' }
  const table: readonly [string, Story, string | null][] = [
    ['what runs and what waits', atWork, 'still at it: 1A implementing; 1 task waiting: 1B'],
    ['several at work', [...atWork, ...begun('1B'), ...reviewed('1B').slice(0, 3)], 'still at it: 1A implementing; 1B reviewing'],
    [
      'a limit, and until when',
      [...atWork, { type: 'limit-hit', account: 'default', until: storyStart + 665_000, window: null, guessed: false }],
      'still at it: 1A implementing; 1 task waiting: 1B; limit until 14:11 (in 10m 00s)',
    ],
    ['the combination of a stage', [...atWork, ...begun('1B'), ...reviewed('1A'), ...reviewed('1B')], 'still at it: stage 1 combining'],
    ['nothing before a stage has started', [runStarted(threeTasks)], null],
    ['nothing after the end', [...atWork, ended('interrupted')], null],
  ]
  it.each(table)('says %s', (_, story, text) => {
    expect(heartbeatText(folded(story), new Map(), moment)).toBe(text)
  })
})
