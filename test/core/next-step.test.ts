import { describe, expect, it } from 'vitest'
import { nextStep, type Rules } from '../../src/core/next-step.js'
import type { Work } from '../../src/core/work.js'
import { aCheckResult, aVerdict, someWork } from '../support/work.js'

const rules: Rules = { review: true, maxRounds: 3, mergeRounds: 2 }
const green = [aCheckResult({ passed: true })]
const red = [aCheckResult({ passed: false, command: 'npm test' })]
const conflict = { kind: 'conflict', onto: 'i', files: ['a.ts'], results: [] } as const

describe('the decision table of a piece of work', () => {
  const table: [what: string, work: Partial<Work>, step: string | undefined, rules?: Partial<Rules>][] = [
    ['begins with a worktree', { phase: 'pending' }, 'prepare'],
    ['then the entry requirements', { phase: 'opened' }, 'enter'],
    ['then the agent', { phase: 'ready' }, 'implement'],
    ['what was worked is checked', { phase: 'worked' }, 'check'],
    ['green checks are reviewed', { phase: 'checked', checks: green }, 'review'],
    ['no checks at all are green', { phase: 'checked', checks: [] }, 'review'],
    ['without reviews green checks approve', { phase: 'checked', checks: green }, 'approve', { review: false }],
    ['red checks are remediated', { phase: 'checked', checks: red }, 'remediate'],
    ['red checks after the last round fail', { phase: 'checked', checks: red, rounds: 3 }, 'fail'],
    ['a round that changed nothing ends red checks early', { phase: 'checked', checks: red, rounds: 1, changed: false }, 'fail'],
    ['approval approves', { phase: 'reviewed', verdict: aVerdict({ approved: true }) }, 'approve'],
    ['a refusal is remediated', { phase: 'reviewed', verdict: aVerdict({ approved: false }) }, 'remediate'],
    ['a refusal after the last round is for a person', { phase: 'reviewed', verdict: aVerdict({ approved: false }), rounds: 3 }, 'park'],
    [
      'a round that changed nothing ends a review early',
      { phase: 'reviewed', verdict: aVerdict({ approved: false }), rounds: 1, changed: false },
      'park',
    ],
    [
      'approved work needs no second review after only others were joined',
      { phase: 'checked', checks: green, verdict: aVerdict({ approved: true }) },
      'approve',
    ],
    ['a conflict is resolved by an agent', { phase: 'unmergeable', obstacle: conflict }, 'resolve'],
    ['a conflict that comes back too often is parked', { phase: 'unmergeable', obstacle: conflict, mergeRounds: 2 }, 'park'],
    [
      'a red combination is mended on top of the others',
      { phase: 'unmergeable', obstacle: { ...conflict, kind: 'red', results: red } },
      'join',
    ],
    [
      'a combination that stays red fails',
      { phase: 'unmergeable', obstacle: { ...conflict, kind: 'red', results: red }, mergeRounds: 2 },
      'fail',
    ],
    ['a session that was cut off goes first', { phase: 'ready', open: anOpen('implement') }, 'implement'],
    ['a review that was cut off goes first', { phase: 'checked', checks: green, open: anOpen('review') }, 'review'],
    ['a failure that is given up fails', { phase: 'ready', failure: { reason: 'empty-diff' } }, 'fail'],
    ['an unreadable review is for a person', { phase: 'checked', failure: { reason: 'review-unreadable', detail: '' } }, 'park'],
    [
      'a session that hangs in spite of everything is for a person',
      { phase: 'ready', failure: { reason: 'agent-silent', silentMs: 1 } },
      'park',
    ],
    ['approved work waits for its stage', { phase: 'approved' }, undefined],
    ['failed work stays failed', { phase: 'failed', failure: { reason: 'empty-diff' } }, undefined],
    ['merged work is done', { phase: 'merged' }, undefined],
  ]
  it.each(table)('%s', (_, work, step, changed) => {
    expect(nextStep(someWork(work), { ...rules, ...changed })?.kind).toBe(step)
  })
})

function anOpen(step: 'implement' | 'review') {
  return {
    step,
    session: 's',
    account: 'default',
    notBefore: 0,
    startedAt: 0,
    resumes: false,
    running: true,
    again: false,
    tree: null,
    silence: null,
    lens: null,
  } as const
}
