import { z } from 'zod'
import { parseDuration } from '../duration.js'
import { repoPath } from '../repo-path.js'

/** An option with its description and, for editors, the value that holds when it is absent. */
export const option = <T extends z.ZodType>(schema: T, description: string, byDefault?: unknown) =>
  schema.optional().meta({ description, ...(byDefault === undefined ? {} : { default: byDefault }) })

/** A key with keys of its own. */
export const group = <T extends z.core.$ZodLooseShape>(shape: T, description: string) =>
  z.strictObject(shape, { error: 'an object with keys of its own: { … }' }).optional().meta({ description })

const textError = 'a text that is not empty'
/** Not empty. */
export const text = z.string({ error: textError }).min(1, { error: textError })

/** @param what they are, for whoever wrote something else */
export const texts = (what: string) => z.array(text, { error: `a list of ${what}` })

/** A switch. */
export const yesOrNo = z.boolean({ error: 'true or false' })

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values, { error: `one of ${values.join(', ')}` })

/** Both ends included. */
export const wholeNumber = (from: number, to: number, error = `a whole number from ${from} to ${to}`) =>
  z.int({ error }).min(from, { error }).max(to, { error })

const durationError = 'a duration like "30m", "90s", or a number of milliseconds'
/** A text like "30m", or milliseconds. */
export const duration = z
  .union([z.string().meta({ pattern: '\\d' }), z.number().meta({ minimum: 0 })], { error: durationError })
  .refine((value) => parseDuration(value) !== null, { error: durationError })

/** A duration of 0 would end what it limits before it began. */
export const limit = duration.refine((value) => parseDuration(value) !== 0, { error: `${durationError}, above 0` })

const pathError = 'a path within the repository, like "docs/tasks"'
/** Within the repository. */
export const path = z.string({ error: pathError }).refine((value) => repoPath(value) !== null, { error: pathError })

/** Of a file, not of a folder. */
export const filePath = path.refine((value) => repoPath(value) !== '.' && !/[/\\]$/.test(value), {
  error: 'the path of a file within the repository',
})

const money = { error: 'a number of US dollars above 0' }
/** Above 0; null: no limit. */
export const dollars = z.number(money).positive(money).nullable()

const factorError = 'a number from 1 to 10'
/** By how much something grows. */
export const factor = z.number({ error: factorError }).min(1, { error: factorError }).max(10, { error: factorError })

/** Of calls, tokens, uses. */
export const amount = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'a whole number above 0')

const fractionError = 'a number from 0 to 1'
/** A part of a whole. */
export const fraction = z.number({ error: fractionError }).min(0, { error: fractionError }).max(1, { error: fractionError })

/** Null: the choice is left to what the description names. */
export const textOrNull = text.nullable()

/** Environment variables. */
export const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'made of letters, digits and _' }),
  z.string({ error: 'a text' }),
  { error: 'an object of names and texts' },
)

/** A check, by itself or with its time limit. */
export const command = z.union([text, z.strictObject({ run: text, timeout: option(limit, 'How long it may take.') })], {
  error: 'a command like "npm test", or { "run": "npm test", "timeout": "10m" }',
})
