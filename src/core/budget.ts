export type BudgetScope = 'run' | 'stage' | 'task'
export type BudgetMeasure = 'usd' | 'tokens' | 'toolUses' | 'duration' | 'sessions'
