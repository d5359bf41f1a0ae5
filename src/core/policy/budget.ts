import {
  addConsumption,
  type BudgetLimits,
  type BudgetScope,
  type BudgetUse,
  type Consumption,
  firstGiven,
  guarded,
  isUsedUp,
  noBudget,
  nothingUsed,
  usesOf,
} from '../budget.js'
import type { Config } from '../config.js'
import type { WorkId } from '../fact.js'
import type { Milestone } from '../milestone.js'
import { allWork, type RunState } from '../run-state.js'
import type { Usage } from '../session.js'
import type { Work } from '../work.js'

/** What sessions that are at work have used so far; it is in no fact yet. */
export type LiveUsage = ReadonlyMap<WorkId, Usage>

/** What no fact tells of yet: what sessions have used so far, and work whose next session is about to start. */
interface NotYetTold {
  readonly live: LiveUsage
  readonly starting?: ReadonlySet<WorkId>
}

/** Every budget that a piece of work draws on, with what is used of it: the run's, its stage's, its own. */
export function budgetsOf(
  state: RunState,
  config: Config['budget'],
  work: Work,
  by: NotYetTold & { readonly now: number },
): readonly BudgetUse[] {
  const duration = (stages: RunState['stages']): number =>
    stages.reduce((sum, { active }) => sum + active.ms + (active.since === null ? 0 : Math.max(0, by.now - active.since)), 0)
  const of = (owner: Pick<BudgetUse, 'scope' | 'of'>, limits: BudgetLimits, belongs: (of: { readonly stage: number }) => boolean) =>
    usesOf(owner, limits, () => ({ ...consumedBy(allWork(state).filter(belongs), by), duration: duration(state.stages.filter(belongs)) }))
  const given = { usd: state.budget.maxUsd, duration: state.budget.maxDurationMs }
  return [
    ...of({ scope: 'run', of: null }, firstGiven(given, limitsOf(config, 'run')), () => true),
    ...of({ scope: 'stage', of: String(work.stage) }, limitsOf(config, 'stage'), ({ stage }) => stage === work.stage),
    ...(work.milestone === null ? [] : taskBudget(config, work, work.milestone, by)),
  ]
}

/** A task's own budget. What its milestone says goes before the config. */
function taskBudget(config: Config['budget'], work: Work, milestone: Milestone, by: NotYetTold): readonly BudgetUse[] {
  return usesOf({ scope: 'task', of: work.id }, firstGiven({ usd: milestone.budgetUsd }, limitsOf(config, 'task')), () =>
    consumedBy([work], by),
  )
}

const limitsOf = (config: Config['budget'], scope: BudgetScope): BudgetLimits =>
  firstGiven(config[scope], config.preset === null ? noBudget : guarded[scope])

const consumedBy = (works: readonly Work[], { live, starting }: NotYetTold): Consumption =>
  works
    .map((work) => {
      const more = live.get(work.id)
      const recorded = consumption(work.usage)
      return {
        ...(more === undefined ? recorded : addConsumption(recorded, consumption(more))),
        // Once it is recorded it is counted by itself.
        sessions: work.sessions + (starting?.has(work.id) === true && work.open?.running !== true ? 1 : 0),
      }
    })
    .reduce(addConsumption, nothingUsed)

const consumption = (usage: Usage): Consumption => ({
  usd: usage.costUsd,
  tokens: usage.inputTokens + usage.outputTokens,
  toolUses: usage.toolUses,
  duration: usage.durationMs,
  sessions: 0,
})

/** What one session may still cost: the least that is left of any budget, its own included. Null: no limit. */
export function sessionBudget(
  uses: readonly BudgetUse[],
  ofSession: number | null,
): { readonly usd: number; readonly scope: 'session' | BudgetScope } | null {
  const left = uses
    .filter((u) => u.measure === 'usd')
    .map((u) => ({ usd: Math.max(leastUsd, Math.round((u.limit - u.used) * 1e6) / 1e6), scope: u.scope }))
  const all = [...(ofSession === null ? [] : [{ usd: ofSession, scope: 'session' as const }]), ...left]
  return all.reduce<(typeof all)[number] | null>((least, one) => (least === null || one.usd < least.usd ? one : least), null)
}

const leastUsd = 0.000001

/** Whether work that was parked for its own budget has some left again, with what the config and its milestone say now. */
export function hasBudgetAgain(work: Work, config: Config['budget'], milestone: Milestone | null): boolean {
  const now = milestone ?? work.milestone
  return isParkedForBudget(work) && now !== null && !taskBudget(config, work, now, { live: new Map() }).some(isUsedUp)
}

export const isParkedForBudget = (work: Work): boolean => work.phase === 'parked' && work.failure?.reason === 'budget-reached'
