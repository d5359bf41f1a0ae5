import { defaultConfig as fallback } from '../../core/config.js'
import { amount, dollars, fraction, group, limit, oneOf, option } from './options.js'

const { budget } = fallback

/** What the file may say of `budget`. */
export const budgetSection = group(
  {
    preset: option(
      oneOf(['guarded']).nullable(),
      '"guarded": at most 500 tool uses a task, 2000 tool uses and 120 minutes a run, where nothing else is given; null: no limits.',
      budget.preset,
    ),
    maxUsd: option(dollars, 'The most that the whole run may cost in US dollars; null: no limit.', null),
    maxTokens: option(amount.nullable(), 'The most tokens for the whole run, in and out, the cache included; null: no limit.', null),
    maxToolUses: option(amount.nullable(), 'The most tool uses for the whole run; null: no limit.', null),
    maxDuration: option(limit.nullable(), 'How long sessions may be at work for the whole run, waiting not counted; null: no limit.', null),
    maxSessions: option(amount.nullable(), 'The most sessions for the whole run; null: no limit.', null),
    maxUsdPerStage: option(dollars, 'The most that one stage may cost in US dollars; null: no limit.', null),
    maxTokensPerStage: option(amount.nullable(), 'The most tokens for one stage, in and out, the cache included; null: no limit.', null),
    maxToolUsesPerStage: option(amount.nullable(), 'The most tool uses for one stage; null: no limit.', null),
    maxDurationPerStage: option(
      limit.nullable(),
      'How long sessions may be at work for one stage, waiting not counted; null: no limit.',
      null,
    ),
    maxSessionsPerStage: option(amount.nullable(), 'The most sessions for one stage; null: no limit.', null),
    maxUsdPerTask: option(dollars, 'The most that one task, its reviews included, may cost in US dollars; null: no limit.', null),
    maxTokensPerTask: option(
      amount.nullable(),
      'The most tokens for one task, its reviews included, in and out, the cache included; null: no limit.',
      null,
    ),
    maxToolUsesPerTask: option(amount.nullable(), 'The most tool uses for one task, its reviews included; null: no limit.', null),
    maxDurationPerTask: option(
      limit.nullable(),
      'How long sessions may be at work for one task, its reviews included, waiting not counted; null: no limit.',
      null,
    ),
    maxSessionsPerTask: option(amount.nullable(), 'The most sessions for one task, its reviews included; null: no limit.', null),
    warnAt: option(fraction, 'The part of a budget at which you are told.', budget.warnAt),
  },
  'What may be spent. A run whose budget is used up pauses with exit status 3 and can be gone on with.',
)
