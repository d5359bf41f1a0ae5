import type { Milestone } from '../../src/core/milestone.js'
import { noUsage } from '../../src/core/session.js'
import { statusJson } from '../../src/ui/status-json.js'
import type { StatusJson } from '../../src/ui/status-shape.js'
import { begun, ended, folded, runStarted, type Story, stageStarted, storyEnd, threeTasks, wholeLife } from './facts.js'

/** The first stage has begun, none of its tasks has. */
export const started: Story = [runStarted(threeTasks), stageStarted(1, threeTasks)]

/** The account's limit cut the first task off; it is lifted after 12 minutes and a half. */
export const limited: Story = [
  ...started,
  ...begun('1A'),
  30,
  { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'limit', usage: noUsage },
  { type: 'limit-hit', account: 'default', until: storyEnd([30]) + 750_000, window: 'five_hour', guessed: false },
]

const withApproval = threeTasks.map((m): Milestone => (m.id === '1B' ? { ...m, approval: true } : m))

/** The second task waits for a person, who is not there. */
export const toApprove: Story = [
  runStarted(withApproval),
  stageStarted(1, withApproval),
  ...wholeLife('1A'),
  ...wholeLife('1B'),
  { type: 'stage-held', stage: 1, failure: { reason: 'approval-missing' } },
  ended('needs-person', { reason: 'approval-missing' }),
]

/** The first task failed for good, so its stage did, and what needs the stage was not begun. */
export const failed: Story = [
  ...started,
  ...begun('1A'),
  20,
  { type: 'task-failed', task: '1A', failure: { reason: 'checks-failed', commands: ['npm test'], rounds: 3 } },
  ...wholeLife('1B'),
  { type: 'stage-failed', stage: 1, failure: { reason: 'checks-failed', commands: ['npm test'], rounds: 3 } },
  { type: 'task-blocked', task: '2A', failure: { reason: 'stage-failed', stage: 1 } },
  ended('failed', { reason: 'stage-failed', stage: 1 }),
]

/** A run after this story, as scripts see it. @param running somebody carries it out */
export const statusAfter = (story: Story, running = true): StatusJson =>
  statusJson(folded(story), { stages: [] }, { now: storyEnd(story), running })
