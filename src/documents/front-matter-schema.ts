import { z } from 'zod'
import { parseDuration } from './duration.js'

const text = z.string({ error: 'a text' }).trim().min(1, { error: 'a text that is not empty' })

/** A list, or a single one of it. */
const listOf = (element: z.ZodType<string>, what: string) =>
  z.union([z.array(element, { error: `a list of ${what}` }), element.transform((one) => [one])], { error: `a list of ${what}` })

const glob = text.refine((pattern) => !/^[/~]|^[a-z]:|\\|(?:^|\/)\.\.(?:\/|$)/i.test(pattern), {
  error: 'a glob within the repository, with forward slashes, like "src/**"',
})
const id = z.string({ error: 'an id like "1A"' })

const yesOrNo = z.boolean({ error: 'true or false' })
const money = { error: 'a number of US dollars above 0' }
const times = { error: 'a whole number of 0 or more' }
const time = { error: 'a duration like "30m" or "1h30m"' }

/** A duration of more than nothing, as a text or milliseconds. */
const duration = z
  .union([z.string(), z.number()], time)
  .transform((value) => parseDuration(value))
  .refine((ms): ms is number => ms !== null && ms > 0, time)

/** The keys that a milestone's front matter may have. Each is optional, and one that is written and left empty is as good as absent. */
export const frontMatterSchema = z.strictObject({
  title: text.nullish(),
  depends: listOf(id, 'ids like [1A, 1B]').nullish(),
  priority: z.enum(['critical', 'high', 'medium', 'low'], { error: 'critical, high, medium or low' }).nullish(),
  paths: listOf(glob, 'globs like ["src/**"]').nullish(),
  checks: listOf(text, 'commands like ["npm test"]').nullish(),
  model: text.nullish(),
  effort: text.nullish(),
  timeout: duration.nullish(),
  retries: z.int(times).min(0, times).max(100, { error: 'at most 100' }).nullish(),
  budgetUsd: z.number(money).positive(money).nullish(),
  optional: yesOrNo.nullish(),
  approval: z.enum(['none', 'required'], { error: 'none or required' }).nullish(),
  allowEmpty: yesOrNo.nullish(),
})

/** What a milestone's front matter says. */
export type FrontMatter = z.output<typeof frontMatterSchema>
