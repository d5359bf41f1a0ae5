import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/fact.js'
import type { Milestone } from '../../src/core/milestone.js'
import { plannedTask } from '../../src/core/plan.js'
import { noUsage } from '../../src/core/session.js'
import { displayWidth } from '../../src/ui/display-width.js'
import { lookFor } from '../../src/ui/look.js'
import { nextCommands, nextLine } from '../../src/ui/next-commands.js'
import { planText } from '../../src/ui/plan-text.js'
import { statusJson } from '../../src/ui/status-json.js'
import type { StatusJson } from '../../src/ui/status-shape.js'
import { statusText } from '../../src/ui/status-text.js'
import { summaryText } from '../../src/ui/summary-text.js'
import {
  begun,
  combinedAndLanded,
  commitOf,
  ended,
  folded,
  goodStory,
  runStarted,
  type Story,
  stageStarted,
  storyEnd,
  threeTasks,
  wholeLife,
} from '../support/facts.js'
import { aMilestone } from '../support/work.js'

const status = (story: Story, running = true): StatusJson => statusJson(folded(story), { stages: [] }, { now: storyEnd(story), running })
const look = (now: number, env = { LANG: 'C.UTF-8' }) => lookFor({ isTTY: false, env, now, timeZone: 'UTC' })

const started: Story = [runStarted(threeTasks), stageStarted(1, threeTasks)]
const limited: Story = [
  ...started,
  ...begun('1A'),
  30,
  { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'limit', usage: noUsage },
  { type: 'limit-hit', account: 'default', until: storyEnd([30]) + 750_000, window: 'five_hour', guessed: false },
]
const withApproval = threeTasks.map((m): Milestone => (m.id === '1B' ? { ...m, approval: true } : m))
const toApprove: Story = [
  runStarted(withApproval),
  stageStarted(1, withApproval),
  ...wholeLife('1A'),
  ...wholeLife('1B'),
  { type: 'stage-held', stage: 1, failure: { reason: 'approval-missing' } },
  ended('needs-person', { reason: 'approval-missing' }),
]
const failed: Story = [
  ...started,
  ...begun('1A'),
  20,
  { type: 'task-failed', task: '1A', failure: { reason: 'checks-failed', commands: ['npm test'], rounds: 3 } },
  ...wholeLife('1B'),
  { type: 'stage-failed', stage: 1, failure: { reason: 'checks-failed', commands: ['npm test'], rounds: 3 } },
  { type: 'task-blocked', task: '2A', failure: { reason: 'stage-failed', stage: 1 } },
  ended('failed', { reason: 'stage-failed', stage: 1 }),
]

describe('orch status --json', () => {
  it('is the documented object', () => {
    expect(status(goodStory, false)).toMatchInlineSnapshot(`
      {
        "accounts": [
          {
            "current": true,
            "name": "default",
            "sessions": null,
            "state": "open",
            "until": null,
            "window": null,
          },
        ],
        "run": {
          "baseBranch": "main",
          "baseCommit": "626173652d636f6d6d69742e2e2e2e2e2e2e2e2e",
          "endedAt": "2026-11-21T14:03:25.000Z",
          "failure": null,
          "headCommit": "73746167652d322d636f6d6d69742e2e2e2e2e2e",
          "id": "r1",
          "rehearsal": false,
          "startedAt": "2026-11-21T14:00:00.000Z",
          "state": "done",
        },
        "schemaVersion": 1,
        "stages": [
          {
            "base": null,
            "failure": null,
            "flaky": [],
            "stage": 1,
            "state": "done",
            "tasks": [
              {
                "attempts": 1,
                "branch": "orch/r1/1A",
                "commit": "6d657267652d31412d636f6d6d69742e2e2e2e2e",
                "costUsd": 0.12,
                "durationMs": 135000,
                "failure": null,
                "flaky": [],
                "health": null,
                "id": "1A",
                "reviewRounds": 1,
                "reviewTrend": [
                  0,
                ],
                "stageFindings": 0,
                "state": "merged",
                "title": "Read the file",
                "waitingFor": null,
              },
              {
                "attempts": 1,
                "branch": "orch/r1/1B",
                "commit": "6d657267652d31422d636f6d6d69742e2e2e2e2e",
                "costUsd": 0.12,
                "durationMs": 70000,
                "failure": null,
                "flaky": [],
                "health": null,
                "id": "1B",
                "reviewRounds": 1,
                "reviewTrend": [
                  0,
                ],
                "stageFindings": 0,
                "state": "merged",
                "title": "Export to CSV",
                "waitingFor": null,
              },
            ],
            "undone": false,
          },
          {
            "base": null,
            "failure": null,
            "flaky": [],
            "stage": 2,
            "state": "done",
            "tasks": [
              {
                "attempts": 1,
                "branch": "orch/r1/2A",
                "commit": "6d657267652d32412d636f6d6d69742e2e2e2e2e",
                "costUsd": 0.12,
                "durationMs": 70000,
                "failure": null,
                "flaky": [],
                "health": null,
                "id": "2A",
                "reviewRounds": 1,
                "reviewTrend": [
                  0,
                ],
                "stageFindings": 0,
                "state": "merged",
                "title": "Write the manual",
                "waitingFor": null,
              },
            ],
            "undone": false,
          },
        ],
        "totals": {
          "costUsd": 0.42,
          "estimatedUsd": 0,
          "failed": 0,
          "merged": 3,
          "tasks": 3,
          "tokens": {
            "input": 9600,
            "output": 640,
          },
        },
        "wait": null,
      }
    `)
  })

  it('shows the plan when there is no run yet', () => {
    const plan = { stages: [{ stage: 1, tasks: threeTasks.slice(0, 2).map(plannedTask) }] }
    const json = statusJson(null, plan, { now: 0, running: false })
    expect(json.run).toBeNull()
    expect(json.stages[0]?.tasks.map((t) => [t.id, t.state, t.branch])).toEqual([
      ['1A', 'pending', null],
      ['1B', 'pending', null],
    ])
    expect(json.totals.tasks).toBe(2)
  })

  const runStates: readonly [string, Story, boolean, string][] = [
    ['somebody holds the lock', started, true, 'running'],
    ['the window is closed and somebody waits', limited, true, 'waiting'],
    ['the window is open again', [...limited, 751], true, 'running'],
    ['nobody holds the lock and no end is recorded', started, false, 'interrupted'],
    ['all is done', goodStory, false, 'done'],
    ['a task failed for good', failed, false, 'failed'],
    ['it paused', [...limited, ended('paused', { reason: 'limit-reached', until: null })], false, 'paused'],
    ['a person is needed', toApprove, false, 'paused'],
    ['the surroundings were at fault', [...started, ended('surroundings', { reason: 'disk-full', path: '/' })], false, 'paused'],
    ['it was interrupted', [...started, ended('interrupted')], false, 'interrupted'],
  ]
  it.each(runStates)('when %s', (_, story, running, state) => {
    expect(status(story, running).run?.state).toBe(state)
  })

  const stageStates: readonly [string, Story, string][] = [
    ['not begun', [runStarted(threeTasks)], 'pending'],
    ['tasks at work', [...started, ...begun('1A')], 'running'],
    ['all settled', [...started, ...wholeLife('1A'), ...wholeLife('1B')], 'merging'],
    ['held back', toApprove, 'merging'],
    ['landed', goodStory, 'done'],
    ['failed', failed, 'failed'],
  ]
  it.each(stageStates)('a stage with %s', (_, story, state) => {
    expect(status(story).stages[0]?.state).toBe(state)
  })

  it('names the wait for a limit, for the run and for its tasks', () => {
    const json = status(limited)
    const wait = { reason: 'limit', until: '2026-11-21T14:13:00.000Z', detail: "the account's five hour limit is reached" }
    expect(json.wait).toEqual(wait)
    expect(json.stages[0]?.tasks.map((t) => [t.id, t.state, t.waitingFor])).toEqual([
      ['1A', 'waiting', wait],
      ['1B', 'pending', null],
    ])
  })

  it('names the wait of a conversation for its own account while another one is open', () => {
    const at = Date.parse('2026-11-21T14:13:00.000Z')
    const pool: Story = [started[0] as Fact, { type: 'accounts-chosen', accounts: ['default', 'work'] }, ...started.slice(1)]
    const hit: Fact = { type: 'limit-hit', account: 'default', until: at, window: 'five_hour', guessed: false }
    const cut: Fact = { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'limit', usage: noUsage }
    const json = status([...pool, ...begun('1A'), hit, cut])
    expect(json.wait).toBeNull()
    const detail = 'the five hour limit of the account default is reached'
    expect(json.stages[0]?.tasks[0]).toMatchObject({
      state: 'waiting',
      waitingFor: { reason: 'limit', until: new Date(at).toISOString(), detail },
    })
    expect(json.accounts).toMatchObject([
      { name: 'default', state: 'closed' },
      { name: 'work', state: 'open' },
    ])
  })

  it('names the wait for a person', () => {
    const json = status(toApprove, false)
    expect(json.wait).toEqual({ reason: 'approval', until: null, detail: 'orch approve 1B' })
    expect(json.stages[0]?.tasks[1]).toMatchObject({ state: 'waiting', waitingFor: { reason: 'approval', until: null } })
  })

  it('names the wait before another try', () => {
    const again: Fact = {
      type: 'attempt-failed',
      task: '1A',
      attempt: 1,
      failure: { reason: 'service-unavailable', detail: '' },
      again: { at: storyEnd([]) + 30_000, session: 'fresh' },
      counts: false,
      usage: noUsage,
    }
    expect(status([...started, ...begun('1A'), again]).stages[0]?.tasks[0]).toMatchObject({
      state: 'waiting',
      waitingFor: { reason: 'resources', until: '2026-11-21T14:00:30.000Z' },
    })
  })

  it('names a commit only once there is work beyond the base', () => {
    expect(status([...started, ...begun('1A')]).stages[0]?.tasks[0]).toMatchObject({ branch: 'orch/r1/1A', commit: null })
    expect(status([...started, ...wholeLife('1A')]).stages[0]?.tasks[0]?.commit).toBe(commitOf('1A'))
    expect(status(goodStory).stages[0]?.tasks[0]?.commit).toBe(commitOf('merge-1A'))
  })

  it('counts time while it runs, and no further once it was cut off', () => {
    const story: Story = [...started, ...begun('1A'), 90]
    expect(status(story, true).stages[0]?.tasks[0]?.durationMs).toBe(90_000)
    expect(status(story, false).stages[0]?.tasks[0]?.durationMs).toBe(0)
  })

  it('gives a failure in words', () => {
    expect(status(failed, false).stages[0]?.tasks[0]?.failure).toEqual({
      reason: 'checks-failed',
      message: 'after 3 rounds of remediation these still fail: npm test',
      hint: 'Read the output with orch logs 1A; mend the cause or the milestone, then: orch retry 1A',
    })
  })
})

describe('what to type next', () => {
  const table: readonly [string, Story, boolean, readonly string[]][] = [
    ['nothing while it runs', [...started, ...begun('1A')], true, []],
    ['an approval while it runs', toApprove.slice(0, -2), true, ['orch approve 1B']],
    ['nothing when all is done', goodStory, false, []],
    ['resume after an interruption', started, false, ['orch resume']],
    ['resume after a limit', [...limited, ended('paused')], false, ['orch resume']],
    ['logs and retry after a failure', failed, false, ['orch logs 1A', 'orch retry 1A']],
    ['approve, then resume', toApprove, false, ['orch approve 1B', 'orch resume']],
    [
      'logs and retry after a parked task',
      [
        ...started,
        ...begun('1B'),
        { type: 'task-parked', task: '1B', failure: { reason: 'conflict-unresolved', files: ['a'] } },
        ended('needs-person'),
      ],
      false,
      ['orch logs 1B', 'orch retry 1B'],
    ],
    [
      'resume when only the landing was held back',
      [...started, { type: 'stage-held', stage: 1, failure: { reason: 'no-commits' } }, ended('needs-person')],
      false,
      ['orch resume'],
    ],
  ]
  it.each(table)('%s', (_, story, running, commands) => {
    expect(nextCommands(status(story, running))).toEqual(commands)
  })

  it('is run when there is a plan, init when there is none', () => {
    const none = { now: 0, running: false }
    expect(nextLine(statusJson(null, { stages: [{ stage: 1, tasks: threeTasks.slice(0, 1).map(plannedTask) }] }, none))).toBe(
      'next: orch run',
    )
    expect(nextLine(statusJson(null, { stages: [] }, none))).toBe('next: orch init')
  })
})

describe('orch status for people', () => {
  it('shows stages, tasks, the wait and what to type', () => {
    const story: Story = [...limited, 60]
    expect(statusText(status(story), look(storyEnd(story)))).toMatchInlineSnapshot(`
      "⏸ Run r1  waiting, on main, started 14:00 (1m 30s ago)

      ◐ Stage 1  running
        ⏸ 1A  Read the file     waiting  1m 30s    orch/r1/1A
        ○ 1B  Export to CSV     pending

      ○ Stage 2  pending
        ○ 2A  Write the manual  pending

      0 of 3 tasks merged; $0.00 (0 tokens in, 0 out)
      waiting for the limit until 14:13 (in 11m 30s): the account's five hour limit is reached"
    `)
  })

  it('shows what went wrong and where the work is', () => {
    expect(statusText(status(failed, false), look(storyEnd(failed)))).toMatchInlineSnapshot(`
      "✖ Run r1  failed, on main, 14:00 to 14:01 (1m 25s)

      ✖ Stage 1  failed
        ✖ 1A  Read the file     failed       20s         orch/r1/1A
            after 3 rounds of remediation these still fail: npm test
              Read the output with orch logs 1A; mend the cause or the milestone, then: orch retry 1A
        ✔ 1B  Export to CSV     approved  1m 10s  $0.12  orch/r1/1B

      ○ Stage 2  pending
        ✖ 2A  Write the manual  blocked                  stage 1 did not get done

      0 of 3 tasks merged, 1 failed; $0.12 (2.4k tokens in, 160 out)
      next: orch logs 1A, then orch retry 1A"
    `)
  })

  it.each([50, 60, 80, 120])('fits a terminal of %i columns', (columns) => {
    for (const story of [failed, goodStory, toApprove, limited]) {
      const text = statusText(status(story, false), { ...look(storyEnd(story)), columns })
      const rows = text.split('\n').filter((line) => /^ {2}\S+ \d[A-Z]/.test(line))
      expect(rows).toHaveLength(3)
      for (const row of rows) expect(displayWidth(row)).toBeLessThan(columns)
    }
  })

  it('calls a stage that nobody carries out unfinished, and says why the run stopped', () => {
    const story: Story = [...started, ...begun('1A'), ended('surroundings', { reason: 'login-refused', detail: '401' })]
    const text = statusText(status(story, false), look(storyEnd(story)))
    expect(text).toContain('⏸ Stage 1  unfinished\n')
    expect(text).toContain('the login was refused: 401\n  Log in again')
    expect(text.match(/login was refused/g)).toHaveLength(1)
  })

  it('calls no task of a killed run at work', () => {
    const story: Story = [...started, ...begun('1A')]
    expect(status(story, true).stages[0]?.tasks[0]?.state).toBe('working')
    expect(status(story, false).stages[0]?.tasks[0]?.state).toBe('waiting')
  })

  it('speaks ASCII where the locale is not UTF-8', () => {
    const text = statusText(status([...started, ...begun('1A')]), look(storyEnd(started), { LANG: 'C' }))
    expect(text).toMatch(/^[ -~\n]*$/)
  })

  it('shows the plan before the first run', () => {
    const json = statusJson(null, { stages: [{ stage: 1, tasks: threeTasks.slice(0, 2).map(plannedTask) }] }, { now: 0, running: false })
    expect(statusText(json, look(0))).toMatchInlineSnapshot(`
      "No run yet. This is the plan:

      ○ Stage 1  pending
        ○ 1A  Read the file  pending
        ○ 1B  Export to CSV  pending

      2 tasks
      next: orch run"
    `)
  })
})

describe('the summary at the end of a run', () => {
  const summary = (story: Story): string => summaryText(folded(story), { ...look(storyEnd(story)), tasksFile: 'TASKS.md' })

  it('after a good end', () => {
    expect(summary(goodStory)).toMatchInlineSnapshot(`
      "✔ Run r1 is done: 3 of 3 tasks merged into main (3m 25s, $0.42)

        ✔ 1A  Read the file     merged  2m 15s  $0.12  6d657267652d
        ✔ 1B  Export to CSV     merged  1m 10s  $0.12  6d657267652d
        ✔ 2A  Write the manual  merged  1m 10s  $0.12  6d657267652d

      look at: TASKS.md, git log main, .orch/runs/r1"
    `)
  })

  it('after a failure says it once, and how to go on', () => {
    expect(summary(failed)).toMatchInlineSnapshot(`
      "✖ Run r1 failed: 0 of 3 tasks merged into main (1m 25s, $0.12)

        ✖ 1A  Read the file     failed       20s         orch/r1/1A
            after 3 rounds of remediation these still fail: npm test
              Read the output with orch logs 1A; mend the cause or the milestone, then: orch retry 1A
        ✔ 1B  Export to CSV     approved  1m 10s  $0.12  orch/r1/1B
        ✖ 2A  Write the manual  blocked                  stage 1 did not get done

      look at: .orch/runs/r1/TASKS.md
      next: orch logs 1A
            orch retry 1A"
    `)
  })

  it('while an approval is missing', () => {
    expect(summary(toApprove)).toMatchInlineSnapshot(`
      "⏸ Run r1 needs you: 0 of 3 tasks merged into main (2m 10s, $0.24)

        ✔ 1A  Read the file     approved  1m 10s  $0.12  orch/r1/1A
        ⏸ 1B  Export to CSV     waiting   1m 10s  $0.12  needs your approval
        ○ 2A  Write the manual  pending

      look at: .orch/runs/r1/TASKS.md
      next: orch approve 1B
            orch resume"
    `)
  })

  it('after a pause for a limit', () => {
    expect(summary([...limited, ended('paused', { reason: 'limit-reached', until: '2026-11-21T14:13:00.000Z' })])).toMatchInlineSnapshot(`
      "⏸ Run r1 paused: 0 of 3 tasks merged into main (30s, $0.00)

        ⏸ 1A  Read the file     waiting      orch/r1/1A
        ○ 1B  Export to CSV     pending
        ○ 2A  Write the manual  pending

      the account's limit is lifted at 14:13 (in 12m 30s)
      look at: .orch/runs/r1/TASKS.md
      next: orch resume"
    `)
  })

  it('when the landing is in the way of a person', () => {
    const failure = { reason: 'checkout-in-the-way', path: '/repo', detail: 'src/a.ts', branch: 'orch/r1/stage-1' } as const
    const story: Story = [
      ...started,
      ...wholeLife('1A'),
      ...wholeLife('1B'),
      ...combinedAndLanded(1, ['1A', '1B']).slice(0, -1),
      { type: 'stage-held', stage: 1, failure },
      ended('needs-person', failure),
    ]
    const text = summary(story)
    expect(text.split('holds changes that the merge would touch')).toHaveLength(2)
    expect(text).toContain('next: orch resume')
  })
})

describe('orch plan for people', () => {
  const milestones = [
    aMilestone({
      id: '1A',
      title: 'Read the file',
      estimateMs: 7_200_000,
      priority: 'high',
      criteria: [
        { n: 1, text: '`npm test` passes', command: 'npm test' },
        { n: 2, text: 'The reader is documented', command: null },
      ],
      entryRequirements: [{ text: '`node --version`', command: 'node --version' }],
    }),
    aMilestone({ id: '1B', title: 'Export \u001b[2Jto CSV', depends: ['1A'], optional: true, approval: true }),
  ]
  const plan = { stages: [{ stage: 1, tasks: milestones.map(plannedTask) }], alreadyMerged: [] }

  it('shows order, needs, estimates, and who judges what', () => {
    expect(planText({ plan, milestones, checks: ['npm run lint'] }, look(0))).toMatchInlineSnapshot(`
      "Stage 1  2 tasks, at least 2h of work as estimated
        1A  Read the file  (high priority; 2h)
            run first: node --version
            a command decides: npm test
            the reviewer judges: The reader is documented
        1B  Export to CSV  (after 1A; optional; a person approves before the merge)

      2 tasks in 1 stage, at least 2h of work as estimated
      every task must also pass: npm run lint
      next: orch run"
    `)
  })

  it('says when there is nothing left to do', () => {
    const merged = milestones.map((m) => m.id)
    expect(planText({ plan: { stages: [], alreadyMerged: merged }, milestones, checks: [] }, look(0))).toBe(
      'already merged, left out: 1A, 1B\nThere is nothing to do.',
    )
  })
})
