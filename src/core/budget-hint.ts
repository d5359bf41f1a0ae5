import type { BudgetScope } from './budget.js'
import type { Failure } from './failure.js'

type BudgetFailure = Failure & { reason: 'budget-reached' }

const budgetOwner: Readonly<Record<BudgetFailure['scope'], string>> = {
  session: 'a budget of the session',
  task: "the task's budget",
  stage: "the stage's budget",
  run: "the run's budget",
}

/** Whose budget is used up, and how much of it. */
export const budgetMessage = ({ scope, detail }: BudgetFailure): string => `${budgetOwner[scope]} is used up: ${detail}`

/**
 * What to type or set so that it goes on.
 * @param retry the command that tries the task again
 */
export function budgetHint({ scope, measure }: BudgetFailure, retry: string): string {
  if (scope === 'session') return `Raise ${measure === 'turns' ? 'agent.maxTurns' : 'agent.budgetUsd'}, then: ${retry}`
  if (scope === 'task' && measure === 'usd') return `Raise budgetUsd in the milestone or budget.maxUsdPerTask, then: ${retry}`
  if (scope === 'run' && measure === 'usd') return 'Go on with a higher one: orch resume --budget-usd <AMOUNT>'
  if (scope === 'run' && measure === 'duration') return 'Go on with a longer one: orch resume --max-duration <TIME>'
  return `Raise ${budgetKey(scope, measure)} in .orchestratorrc.json, then: ${scope === 'task' ? retry : 'orch resume'}`
}

const budgetKey = (scope: BudgetScope, measure: BudgetFailure['measure']): string =>
  `budget.max${measure === 'usd' ? 'Usd' : measure === 'toolUses' ? 'ToolUses' : `${measure.charAt(0).toUpperCase()}${measure.slice(1)}`}${
    { run: '', stage: 'PerStage', task: 'PerTask' }[scope]
  }`
