import { expect, test } from 'vitest'
import { type FallbackRule, fallbackFor, modelsWhenOverloaded } from '../../src/core/policy/fallback.js'
import { noUsage, type SessionOutcome } from '../../src/core/session.js'

const limited = (window: string | null): SessionOutcome => ({ kind: 'limited', usage: noUsage, limit: { resetsAt: null, window } })
const unavailable = (cause: 'overloaded' | 'network'): SessionOutcome => ({
  kind: 'failed',
  usage: noUsage,
  failure: { reason: 'service-unavailable', cause, detail: '' },
  again: 'resume',
})
const unknown: SessionOutcome = { kind: 'failed', usage: noUsage, failure: { reason: 'model-unknown', detail: '' }, again: 'never' }
const any: FallbackRule = { on: [], from: null, to: 'sonnet' }

test.each<{ says: string; outcome: SessionOutcome; model?: string; rules: FallbackRule[]; to: string | null }>([
  { says: 'an overloaded service', outcome: unavailable('overloaded'), rules: [any], to: 'sonnet' },
  { says: 'a network that is down', outcome: unavailable('network'), rules: [any], to: null },
  { says: 'a limit on that model', outcome: limited('seven_day_opus'), model: 'claude-opus-5-5', rules: [any], to: 'sonnet' },
  { says: 'a limit on another model', outcome: limited('seven_day_opus'), model: 'haiku', rules: [any], to: null },
  { says: 'a limit of the account', outcome: limited('five_hour'), rules: [any], to: null },
  { says: 'an unknown model', outcome: unknown, rules: [any], to: 'sonnet' },
  { says: 'a rule for something else', outcome: unknown, rules: [{ ...any, on: ['overloaded'] }], to: null },
  {
    says: 'a rule for another model',
    outcome: unknown,
    rules: [
      { ...any, from: 'haiku' },
      { ...any, from: 'opus', to: 'x' },
    ],
    to: 'x',
  },
  { says: 'a rule that leads to the same model', outcome: unknown, model: 'sonnet', rules: [any], to: null },
])('$says', ({ outcome, model = 'opus', rules, to }) => {
  expect(fallbackFor(outcome, model, rules)?.to ?? null).toBe(to)
})

test('the program itself is told where to turn to when the service is overloaded', () => {
  expect(modelsWhenOverloaded('opus', [any, { ...any, on: ['limit'], to: 'haiku' }])).toEqual(['sonnet'])
})
