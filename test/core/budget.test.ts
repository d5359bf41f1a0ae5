import { describe, expect, test } from 'vitest'
import { isUsedUp, isWorthWarning } from '../../src/core/budget.js'
import { type Config, defaultConfig } from '../../src/core/config.js'
import type { Milestone } from '../../src/core/milestone.js'
import { budgetsOf, hasBudgetAgain, sessionBudget } from '../../src/core/policy/budget.js'
import { workOf } from '../../src/core/run-state.js'
import { noUsage } from '../../src/core/session.js'
import { begun, folded, runStarted, type Story, stageStarted, storyEnd, wholeLife } from '../support/facts.js'
import { aMilestone, someWork } from '../support/work.js'

const milestones: readonly Milestone[] = [aMilestone({ id: '1A' }), aMilestone({ id: '1B', budgetUsd: 0.5 }), aMilestone({ id: '2A' })]
/** 1A is approved after 65 seconds for $0.12; 1B is at work since 30. */
const story: Story = [runStarted(milestones), stageStarted(1, milestones), ...wholeLife('1A'), ...begun('1B'), 30]
const budget = (part: Partial<Config['budget']>): Config['budget'] => ({ ...defaultConfig.budget, ...part })
const limits = (part: Partial<Config['budget']['run']>) => ({ ...defaultConfig.budget.run, ...part })

function uses(config: Config['budget'], task = '1B', live = noUsage) {
  const state = folded(story)
  return budgetsOf(state, config, workOf(state, task), { live: new Map([['1B', live]]), now: storyEnd(story) })
}

describe('a budget', () => {
  test('is none where nothing is set, but for what the milestone says', () => {
    expect(uses(defaultConfig.budget, '1A')).toEqual([])
    expect(uses(defaultConfig.budget)).toEqual([{ scope: 'task', of: '1B', measure: 'usd', used: 0, limit: 0.5 }])
  })

  test('counts what is recorded and what running sessions have used so far', () => {
    const all = limits({ usd: 1, tokens: 10_000, toolUses: 10, sessions: 9 })
    const live = { ...noUsage, costUsd: 0.25, inputTokens: 100, outputTokens: 10, toolUses: 3 }
    expect(uses(budget({ run: all }), '1A', live).map((u) => [u.measure, Number(u.used.toFixed(6))])).toEqual([
      ['usd', 0.37],
      ['tokens', 2670],
      ['toolUses', 7],
      ['sessions', 3],
    ])
  })

  test('of time counts while sessions are at work, those of one stage side by side only once', () => {
    const [use] = uses(budget({ stage: limits({ duration: 60_000 }) }), '1A')
    expect(use).toMatchObject({ scope: 'stage', of: '1', used: 95_000, limit: 60_000 })
  })

  test('of the preset gives way to what is written', () => {
    const written = uses(budget({ preset: 'guarded', run: limits({ toolUses: 7 }) }), '1A')
    expect(written.map((u) => [u.scope, u.measure, u.limit])).toEqual([
      ['run', 'toolUses', 7],
      ['run', 'duration', 7_200_000],
      ['task', 'toolUses', 500],
    ])
  })

  test.each([
    { used: 0.79, warns: false, over: false },
    { used: 0.8, warns: true, over: false },
    { used: 0.1 + 0.7, warns: true, over: false },
    { used: 1, warns: true, over: true },
  ])('of which $used is used', ({ used, warns, over }) => {
    const use = { scope: 'run', of: null, measure: 'usd', used, limit: 1 } as const
    expect([isWorthWarning(use, 0.8), isUsedUp(use)]).toEqual([warns, over])
  })

  test('passes the least that is left on to the program', () => {
    const two = uses(budget({ run: limits({ usd: 0.3 }), stage: limits({ usd: 9 }) }))
    expect(sessionBudget(two, null)).toEqual({ usd: 0.18, scope: 'run' })
    expect(sessionBudget(two, 0.1)).toEqual({ usd: 0.1, scope: 'session' })
    expect(sessionBudget([], null)).toBeNull()
  })

  test('that was raised lets a parked task go on', () => {
    const failure = { reason: 'budget-reached', scope: 'task', measure: 'usd', detail: '' } as const
    const parked = someWork({ phase: 'parked', failure, milestone: milestones[1] ?? null, usage: { ...noUsage, costUsd: 0.6 } })
    expect(hasBudgetAgain(parked, defaultConfig.budget, null)).toBe(false)
    expect(hasBudgetAgain(parked, defaultConfig.budget, aMilestone({ id: '1B', budgetUsd: 2 }))).toBe(true)
    expect(hasBudgetAgain({ ...parked, phase: 'failed' }, defaultConfig.budget, aMilestone({ id: '1B', budgetUsd: 2 }))).toBe(false)
  })
})
