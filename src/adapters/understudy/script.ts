import { isAbsolute, posix } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { nearest } from '../../core/nearest.js'
import { err, ok, type Result } from '../../core/result.js'
import { parseDuration } from '../../documents/duration.js'

/** "3s", "500ms", "2m", or milliseconds. */
const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = parseDuration(value)
  if (ms === null) context.addIssue('expected a duration such as 500ms, 3s or 2m')
  return ms ?? z.NEVER
})

/** "1MB", "30KB", or bytes. */
const size = z.union([
  z.number().nonnegative(),
  z
    .string()
    .regex(/^\d+(\.\d+)?(B|KB|MB)$/, 'expected a size such as 30KB or 1MB')
    .transform((text) => Number.parseFloat(text) * (text.endsWith('MB') ? 2 ** 20 : text.endsWith('KB') ? 2 ** 10 : 1)),
])

const text = z.string().min(1)
const path = text.refine((value) => !isAbsolute(value) && !/^\.\.(\/|$)/.test(posix.normalize(value)), {
  error: 'leaves the working folder: use write-outside for that',
})
const yes = z.union([z.literal(true), z.literal('once')])
const seldom = { repeat: z.boolean().default(false) }
const always = { once: z.boolean().default(false) }
const crash = z.union([z.int().min(1).max(255), z.enum(['SIGKILL', 'SIGSEGV', 'SIGABRT'])])
/** Without an instant (`resetsIn: null`) it is a throttle of the server and no limit of the account. */
const limit = z.union([
  duration.transform((resetsIn) => ({ resetsIn, window: 'five_hour' })),
  z.strictObject({ resetsIn: duration.nullable().default(3000), window: z.string().default('five_hour') }),
])

/** Every action by the key that names it. Those with `repeat` happen once per task unless it is true. */
const shapes = {
  write: z.strictObject({ write: path, text: z.string().default('') }),
  append: z.strictObject({ append: path, text }),
  edit: z.strictObject({ edit: path, find: text, replace: z.string() }),
  delete: z.strictObject({ delete: path }),
  'write-outside': z.strictObject({ 'write-outside': text, text: z.string().default('written from inside a worktree\n') }),
  run: z.strictObject({ run: text }),
  commit: z.strictObject({ commit: text }),
  keep: z.strictObject({ keep: z.enum(['both', 'ours', 'theirs']) }),
  say: z.strictObject({ say: text }),
  wait: z.strictObject({ wait: duration }),
  chatter: z.strictObject({ chatter: size, lines: z.int().positive().optional() }),
  limit: z.strictObject({ limit, ...seldom }),
  overloaded: z.strictObject({ overloaded: yes, ...seldom }),
  fail: z.strictObject({ fail: z.enum(['login', 'billing', 'model', 'too-long', 'turns', 'budget']), ...seldom }),
  crash: z.strictObject({ crash, ...seldom }),
  hang: z.strictObject({ hang: yes, ...seldom }),
  'say-done': z.strictObject({ 'say-done': yes, ...always }),
  'no-result': z.strictObject({ 'no-result': yes, ...always }),
}

type Shapes = typeof shapes
type Verb = keyof Shapes

/** One thing that the understudy does. */
export type Action = { [V in Verb]: { readonly kind: V } & Readonly<z.output<Shapes[V]>> }[Verb]

const verbs = Object.keys(shapes)
const isVerb = (word: string): word is Verb => word in shapes

/** Chooses the shape by the verb, so that a mistake is told about that verb and not about all of them. */
const action = z.record(z.string(), z.unknown()).transform((value, context): Action => {
  const verb = Object.keys(value).find(isVerb)
  if (verb === undefined) {
    context.addIssue(unknownVerb(Object.keys(value)[0] ?? ''))
    return z.NEVER
  }
  const parsed = shapes[verb].safeParse(value)
  if (parsed.success) return { kind: verb, ...parsed.data } as Action
  for (const issue of parsed.error.issues) context.addIssue({ code: 'custom', message: issue.message, path: issue.path })
  return z.NEVER
})

function unknownVerb(word: string): string {
  const near = nearest(word, verbs)
  return `unknown action "${word}"${near === null ? `; actions are ${verbs.join(', ')}` : `, did you mean "${near}"?`}`
}

const actions = z.array(action)
const around = {
  /** What the reviewer does before it answers. */
  before: actions.default([]),
  /** By the number of the exit criterion, why it counts as met. */
  evidence: z.record(z.string(), text).default({}),
}

const rejection = z.strictObject({
  reject: text,
  detail: z.string().default(''),
  severity: z.enum(['blocker', 'major', 'minor', 'nit']).default('major'),
  file: z.string().nullable().default(null),
  line: z.int().nullable().default(null),
  /** Numbers of the exit criteria that count as not met. */
  unmet: z.array(z.int()).default([]),
  ...around,
})
const approval = z.strictObject({ approve: z.literal(true), ...around })
const garbage = z.strictObject({ garbage: z.union([z.literal(true), text]), before: around.before })
const review = z
  .array(z.union([rejection, approval, garbage], 'expected reject: <text>, approve: true or garbage: true, with their options'))
  .min(1)

/** One answer of a review, and what the reviewer does before it gives it. */
export type ReviewEntry = z.output<typeof rejection> | z.output<typeof approval> | z.output<typeof garbage>

/** A list of actions, or a list of such lists, one per round. */
const rounds = z.preprocess((value) => (Array.isArray(value) && !value.some(Array.isArray) ? [value] : value), z.array(actions).min(1))

const parts = {
  implement: actions.optional(),
  remediate: rounds.optional(),
  resolve: actions.optional(),
  review: review.optional(),
}
const script = z.strictObject({ ...parts, stage: z.strictObject({ remediate: parts.remediate, review: parts.review }).optional() })

/** What the understudy does in one milestone's steps. Absent parts: its defaults. */
export type Script = z.output<typeof script>

/** Reads the YAML of a fenced `understudy` block. The bad news says where in the script and what. */
export function parseScript(source: string): Result<Script, string> {
  const document = parseDocument(source)
  const broken = document.errors[0]
  if (broken !== undefined) return err(`not YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = script.safeParse(document.toJS() ?? {})
  if (parsed.success) return ok(parsed.data)
  const [issue] = parsed.error.issues
  return err(`${place(issue?.path ?? [])}${issue?.message ?? 'unreadable'}`)
}

const place = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? ''
    : `${path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('')}: `
