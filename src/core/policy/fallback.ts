import type { SessionOutcome } from '../session.js'

/** Why a model does not serve: the service is overloaded, a limit of the account on that model alone, or no such model. */
export type FallbackCause = 'overloaded' | 'limit' | 'model-unknown'

export const fallbackCauses = ['overloaded', 'limit', 'model-unknown'] as const satisfies readonly FallbackCause[]

/** One rule of `agent.fallback`. */
export interface FallbackRule {
  /** Empty: every cause. */
  readonly on: readonly FallbackCause[]
  /** The model that it is for; null: whichever is asked for. */
  readonly from: string | null
  readonly to: string
}

/** The model to go on with after a session that ended so; null: no rule is for that, or it would be the same again. */
export function fallbackFor(
  outcome: SessionOutcome,
  model: string,
  rules: readonly FallbackRule[],
): { readonly to: string; readonly because: FallbackCause } | null {
  const because = causeOf(outcome, model)
  if (because === null) return null
  const rule = rules.find((r) => appliesTo(r, because, model))
  return rule === undefined ? null : { to: rule.to, because }
}

/** What the program itself may turn to within a session when the service is overloaded. */
export const modelsWhenOverloaded = (model: string, rules: readonly FallbackRule[]): readonly string[] =>
  rules.filter((r) => appliesTo(r, 'overloaded', model)).map((r) => r.to)

const appliesTo = (rule: FallbackRule, because: FallbackCause, model: string): boolean =>
  (rule.on.length === 0 || rule.on.includes(because)) && rule.to !== model && (rule.from === null || isModel(model, rule.from))

/** `opus` is meant by `claude-opus-5-5` too. */
const isModel = (model: string, named: string): boolean => model.toLowerCase().includes(named.toLowerCase())

function causeOf(outcome: SessionOutcome, model: string): FallbackCause | null {
  if (outcome.kind === 'limited') return isOfModel(outcome.limit.window, model) ? 'limit' : null
  if (outcome.kind !== 'failed') return null
  if (outcome.failure.reason === 'model-unknown') return 'model-unknown'
  return outcome.failure.reason === 'service-unavailable' && outcome.failure.cause === 'overloaded' ? 'overloaded' : null
}

/** `seven_day_opus` closes one model; `five_hour` closes them all. */
function isOfModel(window: string | null, model: string): boolean {
  const family = /_(opus|sonnet|haiku|fable|mythos)$/.exec(window ?? '')?.[1]
  return family !== undefined && isModel(model, family)
}
