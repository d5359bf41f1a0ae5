import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { lenses } from '../../core/lens.js'
import { severities } from '../../core/verdict.js'
import { group, oneOf, option, textOrNull, wholeNumber, yesOrNo } from './options.js'

const { review } = fallback

const lensesError = `a list of ${lenses.join(', ')}, each once, correctness among them`

/** What the file may say of `review`. */
export const reviewSection = group(
  {
    enabled: option(yesOrNo, 'Whether a fresh session judges the work before it is merged.', review.enabled),
    maxRounds: option(wholeNumber(0, 20), 'How often work is sent back to be mended.', review.maxRounds),
    scope: option(
      z.array(oneOf(['task', 'stage']), { error: 'a list of task, stage' }),
      'What is reviewed: each task before its merge, each merged stage.',
      review.scope,
    ),
    bar: option(
      oneOf(severities),
      'From which severity on findings hold work back: blocker, major, minor, nit. What lies below is written to the _next folder beside the milestones.',
      review.bar,
    ),
    lenses: option(
      z
        .array(oneOf(lenses), { error: lensesError })
        .refine((list) => list.includes('correctness') && new Set(list).size === list.length, { error: lensesError }),
      'What is looked for, each by a fresh session of its own: correctness (the whole review, which alone judges the exit criteria), security, tests, simplicity.',
      review.lenses,
    ),
    quorum: option(
      wholeNumber(1, lenses.length).nullable(),
      'How many of the lenses must approve, correctness always among them; null: all. A blocker is never outvoted.',
      review.quorum,
    ),
    command: option(textOrNull, 'Another agent program for reviews, which speaks the same protocol; null: agent.command.', review.command),
  },
  'Reviews.',
)
