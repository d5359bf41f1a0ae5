import { describe, expect, it } from 'vitest'
import { summaryText } from '../../src/ui/summary-text.js'
import { combinedAndLanded, ended, folded, goodStory, type Story, storyEnd, wholeLife } from '../support/facts.js'
import { plainLook } from '../support/plain-look.js'
import { failed, limited, started, toApprove } from '../support/stories.js'

describe('the summary at the end of a run', () => {
  const summary = (story: Story): string => summaryText(folded(story), { ...plainLook(storyEnd(story)), tasksFile: 'TASKS.md' })

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
