import { describe, expect, it } from 'vitest'
import { plannedTask } from '../../src/core/plan.js'
import { displayWidth } from '../../src/ui/display-width.js'
import { nextCommands, nextLine } from '../../src/ui/next-commands.js'
import { statusJson } from '../../src/ui/status-json.js'
import { statusText } from '../../src/ui/status-text.js'
import { begun, ended, goodStory, type Story, storyEnd, threeTasks } from '../support/facts.js'
import { plainLook } from '../support/plain-look.js'
import { failed, limited, started, statusAfter, toApprove } from '../support/stories.js'

describe('orch status for people', () => {
  it('shows stages, tasks, the wait and what to type', () => {
    const story: Story = [...limited, 60]
    expect(statusText(statusAfter(story), plainLook(storyEnd(story)))).toMatchInlineSnapshot(`
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
    expect(statusText(statusAfter(failed, false), plainLook(storyEnd(failed)))).toMatchInlineSnapshot(`
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
      const text = statusText(statusAfter(story, false), { ...plainLook(storyEnd(story)), columns })
      const rows = text.split('\n').filter((line) => /^ {2}\S+ \d[A-Z]/.test(line))
      expect(rows).toHaveLength(3)
      for (const row of rows) expect(displayWidth(row)).toBeLessThan(columns)
    }
  })

  it('calls a stage that nobody carries out unfinished, and says why the run stopped', () => {
    const story: Story = [...started, ...begun('1A'), ended('surroundings', { reason: 'login-refused', detail: '401' })]
    const text = statusText(statusAfter(story, false), plainLook(storyEnd(story)))
    expect(text).toContain('⏸ Stage 1  unfinished\n')
    expect(text).toContain('the login was refused: 401\n  Log in again')
    expect(text.match(/login was refused/g)).toHaveLength(1)
  })

  it('calls no task of a killed run at work', () => {
    const story: Story = [...started, ...begun('1A')]
    expect(statusAfter(story, true).stages[0]?.tasks[0]?.state).toBe('working')
    expect(statusAfter(story, false).stages[0]?.tasks[0]?.state).toBe('waiting')
  })

  it('speaks ASCII where the locale is not UTF-8', () => {
    const text = statusText(statusAfter([...started, ...begun('1A')]), plainLook(storyEnd(started), { LANG: 'C' }))
    expect(text).toMatch(/^[ -~\n]*$/)
  })

  it('shows the plan before the first run', () => {
    const json = statusJson(null, { stages: [{ stage: 1, tasks: threeTasks.slice(0, 2).map(plannedTask) }] }, { now: 0, running: false })
    expect(statusText(json, plainLook(0))).toMatchInlineSnapshot(`
      "No run yet. This is the plan:

      ○ Stage 1  pending
        ○ 1A  Read the file  pending
        ○ 1B  Export to CSV  pending

      2 tasks
      next: orch run"
    `)
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
    expect(nextCommands(statusAfter(story, running))).toEqual(commands)
  })

  it('is run when there is a plan, init when there is none', () => {
    const none = { now: 0, running: false }
    expect(nextLine(statusJson(null, { stages: [{ stage: 1, tasks: threeTasks.slice(0, 1).map(plannedTask) }] }, none))).toBe(
      'next: orch run',
    )
    expect(nextLine(statusJson(null, { stages: [] }, none))).toBe('next: orch init')
  })
})
