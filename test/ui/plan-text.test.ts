import { describe, expect, it } from 'vitest'
import { plannedTask } from '../../src/core/plan.js'
import { planText } from '../../src/ui/plan-text.js'
import { plainLook } from '../support/plain-look.js'
import { aMilestone } from '../support/work.js'

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
    expect(planText({ plan, milestones, checks: ['npm run lint'] }, plainLook(0))).toMatchInlineSnapshot(`
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
    expect(planText({ plan: { stages: [], alreadyMerged: merged }, milestones, checks: [] }, plainLook(0))).toBe(
      'already merged, left out: 1A, 1B\nThere is nothing to do.',
    )
  })
})
