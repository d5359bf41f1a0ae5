/** What a budget is for: the whole run, one stage, one task. */
export type BudgetScope = 'run' | 'stage' | 'task'
/** What is counted. `tokens` in and out, the cache included; `duration` in milliseconds of sessions at work, waiting not included. */
export type BudgetMeasure = keyof BudgetLimits

/** The most of each; null: no limit. Money in US dollars, time in milliseconds. */
export interface BudgetLimits {
  readonly usd: number | null
  readonly tokens: number | null
  readonly toolUses: number | null
  readonly duration: number | null
  readonly sessions: number | null
}

/** How much of each. */
export type Consumption = Readonly<Record<BudgetMeasure, number>>

/** One budget and how much of it is used. */
export interface BudgetUse {
  readonly scope: BudgetScope
  /** The task's id or the stage's number; null: of the run. */
  readonly of: string | null
  readonly measure: BudgetMeasure
  readonly used: number
  readonly limit: number
}

export const budgetMeasures: readonly BudgetMeasure[] = ['usd', 'tokens', 'toolUses', 'duration', 'sessions']
export const noBudget: BudgetLimits = { usd: null, tokens: null, toolUses: null, duration: null, sessions: null }
export const nothingUsed: Consumption = { usd: 0, tokens: 0, toolUses: 0, duration: 0, sessions: 0 }

const minute = 60_000

/** `budget.preset`: what was found to be a sane guard for a run that nobody watches. */
export const guarded: Readonly<Record<BudgetScope, BudgetLimits>> = {
  run: { ...noBudget, toolUses: 2000, duration: 120 * minute },
  stage: noBudget,
  task: { ...noBudget, toolUses: 500 },
}

/** The first one that says anything about a measure decides on it. */
export function firstGiven(...limits: readonly Partial<BudgetLimits>[]): BudgetLimits {
  const of = (measure: BudgetMeasure): number | null => limits.map((l) => l[measure]).find((n) => n != null) ?? null
  return { usd: of('usd'), tokens: of('tokens'), toolUses: of('toolUses'), duration: of('duration'), sessions: of('sessions') }
}

export const addConsumption = (a: Consumption, b: Consumption): Consumption => ({
  usd: a.usd + b.usd,
  tokens: a.tokens + b.tokens,
  toolUses: a.toolUses + b.toolUses,
  duration: a.duration + b.duration,
  sessions: a.sessions + b.sessions,
})

/** Every limit that is set, with what is used of it. @param consumed asked only where there is one: it adds up all sessions, and is wanted at each sign of life */
export function usesOf(owner: Pick<BudgetUse, 'scope' | 'of'>, limits: BudgetLimits, consumed: () => Consumption): readonly BudgetUse[] {
  const limited = budgetMeasures.filter((measure) => limits[measure] !== null)
  if (limited.length === 0) return []
  const used = consumed()
  return limited.map((measure) => ({ ...owner, measure, used: used[measure], limit: limits[measure] ?? 0 }))
}

/** Sums of binary fractions fall short of what they stand for by a hair. */
const hair = 1e-9

export const isUsedUp = ({ used, limit }: BudgetUse): boolean => used >= limit - hair

/** @param warnAt from 0 to 1 */
export const isWorthWarning = ({ used, limit }: BudgetUse, warnAt: number): boolean => used >= limit * warnAt - hair && used > 0

/** Says which budget it is: once it is raised it is another one. */
export const budgetKey = ({ scope, of, measure, limit }: BudgetUse): string => [scope, of ?? '', measure, limit].join(' ')
