import { type BudgetUse, budgetKey } from './budget.js'

/** What was given by hand as the run's budget, and of which budgets was warned. */
export interface RunBudget {
  /** US dollars; null: as the config says. */
  readonly maxUsd: number | null
  /** Milliseconds of work; null: as the config says. */
  readonly maxDurationMs: number | null
  readonly warned: readonly string[]
}

export const noRunBudget: RunBudget = { maxUsd: null, maxDurationMs: null, warned: [] }

type BudgetFact =
  | { readonly type: 'budget-set'; readonly maxUsd: number | null; readonly maxDurationMs: number | null }
  | ({ readonly type: 'budget-warned' } & BudgetUse)

/** What is given later takes the place of what was given before, each for itself. */
export function reduceBudget(budget: RunBudget, fact: BudgetFact): RunBudget {
  if (fact.type === 'budget-warned') return { ...budget, warned: [...budget.warned, budgetKey(fact)] }
  return { ...budget, maxUsd: fact.maxUsd ?? budget.maxUsd, maxDurationMs: fact.maxDurationMs ?? budget.maxDurationMs }
}
