import { describe, expect, test } from 'vitest'
import { publicState } from '../../src/core/public-state.js'
import { reduce } from '../../src/core/run-fold.js'
import type { RunState } from '../../src/core/run-state.js'
import type { OpenSession, Work } from '../../src/core/work.js'
import { aCheckResult, aVerdict, someWork } from '../support/work.js'

const fresh = reduce(null, {
  type: 'run-started',
  seq: 1,
  at: '2026-01-02T03:04:05.000Z',
  run: 'r',
  baseBranch: 'main',
  baseCommit: 'b'.repeat(40),
  stages: [{ stage: 1, tasks: [] }],
  selection: { stages: [], milestones: [] },
  withoutReview: false,
  rehearsal: false,
})

const session = (part: Partial<OpenSession>): OpenSession => ({
  step: 'implement',
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
  ...part,
})

const red = [aCheckResult({ passed: false })]
const limited: Partial<RunState> = { limits: { default: { since: 0, until: 1, window: null } } }
const stopped: Partial<RunState> = { ending: 'interrupted' }
const underWay: Partial<RunState> = { stages: fresh.stages.map((s) => ({ ...s, phase: 'running' as const })) }
const failedStage: Partial<RunState> = { stages: fresh.stages.map((s) => ({ ...s, phase: 'failed' as const })) }
const passedWithout: Partial<RunState> = { stages: fresh.stages.map((s) => ({ ...s, phase: 'done' as const })) }

const table: readonly (readonly [state: string, work: Partial<Work>, run?: Partial<RunState>])[] = [
  ['pending', { phase: 'pending' }],
  ['pending', { phase: 'pending' }, limited],
  ['working', { phase: 'opened' }],
  ['working', { phase: 'ready' }],
  ['working', { phase: 'ready', open: session({}) }],
  ['working', { phase: 'ready', open: session({}) }, limited],
  ['working', { phase: 'ready', open: session({ running: false }) }],
  ['waiting', { phase: 'ready', open: session({ running: false }) }, limited],
  ['waiting', { phase: 'ready', open: session({ running: false }) }, stopped],
  ['waiting', { phase: 'ready', open: session({}) }, stopped],
  ['waiting', { phase: 'worked' }, stopped],
  ['checking', { phase: 'worked' }],
  ['checking', { phase: 'worked' }, limited],
  ['checking', { phase: 'checked', checks: red }],
  ['working', { phase: 'checked', checks: red, open: session({ step: 'remediate' }) }],
  ['reviewing', { phase: 'checked' }],
  ['reviewing', { phase: 'checked', open: session({ step: 'review' }) }],
  ['waiting', { phase: 'checked', open: session({ step: 'review', running: false }) }, limited],
  ['reviewing', { phase: 'reviewed', verdict: aVerdict({}) }],
  ['working', { phase: 'reviewed', verdict: aVerdict({ approved: false }) }],
  ['approved', { phase: 'approved' }],
  ['approved', { phase: 'approved' }, stopped],
  ['merging', { phase: 'unmergeable' }],
  ['working', { phase: 'unmergeable', open: session({ step: 'resolve' }) }],
  ['merging', { phase: 'combined' }, underWay],
  ['approved', { phase: 'combined' }, { ...underWay, ...stopped }],
  ['approved', { phase: 'combined' }, failedStage],
  ['merged', { phase: 'merged' }],
  ['failed', { phase: 'failed' }],
  ['parked', { phase: 'parked' }],
  ['blocked', { phase: 'blocked' }],
  ['blocked', { phase: 'blocked', optional: true }],
  ['blocked', { phase: 'blocked' }, passedWithout],
  ['skipped', { phase: 'blocked', optional: true }, passedWithout],
]

describe('the public state of a task', () => {
  test.each(table.map(([state, work, run = {}]) => ({ state, work, run })))('is $state of $work in $run', ({ state, work, run }) => {
    expect(publicState({ ...fresh, ...run }, someWork(work))).toBe(state)
  })
})
