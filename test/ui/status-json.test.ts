import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/fact.js'
import { plannedTask } from '../../src/core/plan.js'
import { noUsage } from '../../src/core/session.js'
import { statusJson } from '../../src/ui/status-json.js'
import { begun, commitOf, ended, goodStory, runStarted, type Story, storyEnd, threeTasks, wholeLife } from '../support/facts.js'
import { failed, limited, started, statusAfter, toApprove } from '../support/stories.js'

describe('orch status --json', () => {
  it('is the documented object', () => {
    expect(statusAfter(goodStory, false)).toMatchInlineSnapshot(`
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
    expect(statusAfter(story, running).run?.state).toBe(state)
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
    expect(statusAfter(story).stages[0]?.state).toBe(state)
  })

  it('names the wait for a limit, for the run and for its tasks', () => {
    const json = statusAfter(limited)
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
    const json = statusAfter([...pool, ...begun('1A'), hit, cut])
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
    const json = statusAfter(toApprove, false)
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
    expect(statusAfter([...started, ...begun('1A'), again]).stages[0]?.tasks[0]).toMatchObject({
      state: 'waiting',
      waitingFor: { reason: 'resources', until: '2026-11-21T14:00:30.000Z' },
    })
  })

  it('names a commit only once there is work beyond the base', () => {
    expect(statusAfter([...started, ...begun('1A')]).stages[0]?.tasks[0]).toMatchObject({ branch: 'orch/r1/1A', commit: null })
    expect(statusAfter([...started, ...wholeLife('1A')]).stages[0]?.tasks[0]?.commit).toBe(commitOf('1A'))
    expect(statusAfter(goodStory).stages[0]?.tasks[0]?.commit).toBe(commitOf('merge-1A'))
  })

  it('counts time while it runs, and no further once it was cut off', () => {
    const story: Story = [...started, ...begun('1A'), 90]
    expect(statusAfter(story, true).stages[0]?.tasks[0]?.durationMs).toBe(90_000)
    expect(statusAfter(story, false).stages[0]?.tasks[0]?.durationMs).toBe(0)
  })

  it('gives a failure in words', () => {
    expect(statusAfter(failed, false).stages[0]?.tasks[0]?.failure).toEqual({
      reason: 'checks-failed',
      message: 'after 3 rounds of remediation these still fail: npm test',
      hint: 'Read the output with orch logs 1A; mend the cause or the milestone, then: orch retry 1A',
    })
  })
})
