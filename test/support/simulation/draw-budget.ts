import { noBudget } from '../../../src/core/budget.js'
import { type Config, defaultConfig } from '../../../src/core/config.js'
import type { Dice } from './dice.js'

/** Mostly none; else so little that it is used up now and then. A session costs one to five cents. */
export function drawBudget(dice: Dice): Config['budget'] {
  if (dice.chance(0.6)) return defaultConfig.budget
  const maybe = <T>(probability: number, choices: readonly T[]): T | null => (dice.chance(probability) ? dice.pick(choices) : null)
  return {
    ...defaultConfig.budget,
    run: { ...noBudget, usd: maybe(0.4, [0.05, 0.2, 0.6]), sessions: maybe(0.2, [2, 6, 15]) },
    stage: { ...noBudget, usd: maybe(0.2, [0.05, 0.3]) },
    task: { ...noBudget, usd: maybe(0.4, [0.02, 0.05, 0.15]), sessions: maybe(0.2, [1, 3, 6]), tokens: maybe(0.1, [20, 60]) },
  }
}
