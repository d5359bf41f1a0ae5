import { z } from 'zod'
import { err, ok, type Result } from '../../core/result.js'
import type { RunState, StageState } from '../../core/run-state.js'
import type { Usage } from '../../core/session.js'
import type { OpenSession, Work } from '../../core/work.js'

/** Counts up when an older orch could no longer read what a newer one writes. */
export const checkpointVersion = 4

/** What stands in `checkpoint.json`. */
export interface Checkpoint {
  readonly schemaVersion: typeof checkpointVersion
  /** The orch that wrote it, for people who look at the file. */
  readonly orchVersion: string
  readonly state: RunState
}

export interface CheckpointFault {
  readonly kind: 'newer' | 'older' | 'damaged'
  readonly detail: string
}

const count = z.number().int().nonnegative()
const text = z.string()
const textOrNull = z.string().nullable()
const failure = z.looseObject({ reason: text }).nullable()
const results = z.array(z.looseObject({ command: text, passed: z.boolean() }))

/** Every key has its line, so that a new one in the state does not compile until it is read back here. */
type ShapeOf<T> = Record<keyof T, z.ZodType>

const usage = {
  costUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  durationMs: z.number(),
  turns: z.number(),
  toolUses: z.number(),
  estimatedUsd: z.number().optional(),
  requests: z.number().optional(),
  models: z.record(text, z.looseObject({ costUsd: z.number(), inputTokens: z.number(), outputTokens: z.number() })).optional(),
} satisfies ShapeOf<Usage>

const openSession = {
  step: text,
  session: text,
  account: text,
  notBefore: z.number(),
  resumes: z.boolean(),
  startedAt: z.number(),
  running: z.boolean(),
  again: z.boolean(),
  tree: textOrNull,
  lens: textOrNull,
  silence: z.looseObject({ silentMs: z.number(), tool: textOrNull }).nullable(),
} satisfies ShapeOf<OpenSession>

const work = {
  id: text,
  stage: count,
  milestone: z.looseObject({ id: text, text, hash: text }).nullable(),
  title: text,
  optional: z.boolean(),
  phase: text,
  stoppedIn: textOrNull,
  failure,
  workspace: z.looseObject({ branch: text, path: text, base: text }).nullable(),
  workspaceOpen: z.boolean(),
  head: textOrNull,
  open: z.looseObject(openSession).nullable(),
  session: textOrNull,
  sessionAccount: textOrNull,
  attempts: count,
  failures: count,
  setbacks: count,
  remedy: textOrNull,
  rounds: count,
  reviews: count,
  mergeRounds: count,
  changed: z.boolean(),
  alsoChecks: z.array(text),
  entryResults: results,
  checks: results,
  checkedCommit: textOrNull,
  flaky: z.array(z.looseObject({ command: text, commit: text })),
  verdict: z.looseObject({ approved: z.boolean() }).nullable(),
  panel: z.array(z.looseObject({ lens: text, verdict: z.looseObject({ approved: z.boolean() }) })),
  history: z.array(
    z.looseObject({
      review: count,
      commit: text,
      base: textOrNull,
      blocking: z.array(text),
      findings: z.array(z.looseObject({ id: text })),
      unmet: z.array(z.looseObject({ n: z.number() })),
      closed: z.array(z.looseObject({ id: text, by: text })),
    }),
  ),
  answers: z.array(z.looseObject({ id: text, reason: text })),
  stageFindings: z.array(text),
  refusal: z.looseObject({ outside: z.array(text), lostTests: z.array(text) }).nullable(),
  obstacle: z.looseObject({ kind: text, onto: text }).nullable(),
  approvedByPerson: z.boolean(),
  approvalNote: textOrNull,
  byHand: z.looseObject({ wants: text, commit: text }).nullable(),
  mergeCommit: textOrNull,
  held: textOrNull,
  evictions: count,
  usage: z.looseObject(usage),
  sessions: count,
  model: textOrNull,
  unservedBy: z.array(text),
  startedAt: textOrNull,
  endedAt: textOrNull,
} satisfies ShapeOf<Work>

const stage = {
  stage: count,
  phase: z.enum(['pending', 'running', 'done', 'held', 'failed']),
  tip: textOrNull,
  branch: textOrNull,
  base: z.looseObject({ commit: text, results, flaky: z.array(text) }).nullable(),
  integration: textOrNull,
  complete: z.boolean(),
  tasks: z.array(text),
  failure,
  landed: z.looseObject({ from: text, to: text }).nullable(),
  requests: z.array(z.looseObject({ task: textOrNull, number: z.number(), url: text })).nullable(),
  undone: z.looseObject({ to: text }).nullable(),
  active: z.looseObject({ ms: z.number(), since: z.number().nullable(), tasks: z.array(text) }),
} satisfies ShapeOf<StageState>

const state = {
  run: text.min(1),
  seq: count.min(1),
  startedAt: text,
  endedAt: textOrNull,
  ending: textOrNull,
  failure,
  baseBranch: text,
  baseCommit: text,
  withoutReview: z.boolean(),
  rehearsal: z.boolean(),
  selection: z.looseObject({ stages: z.array(z.number()), milestones: z.array(text) }),
  stages: z.array(z.looseObject(stage)),
  work: z.record(text, z.looseObject(work)),
  accounts: z.array(text),
  account: textOrNull,
  limits: z.record(text, z.looseObject({ since: z.number(), until: z.number(), window: textOrNull })),
  guessedLimits: z.record(text, count),
  narrowed: z.record(text, count),
  streak: z.looseObject({ cause: text, count, tasks: z.array(text) }).nullable(),
  budget: z.looseObject({ maxUsd: z.number().nullable(), maxDurationMs: z.number().nullable(), warned: z.array(text) }),
} satisfies ShapeOf<RunState>

const wrapped = (shape: z.ZodRawShape) =>
  z.strictObject({ schemaVersion: z.literal(checkpointVersion), orchVersion: text, state: z.looseObject(shape) })
const envelope = wrapped(state)

const version = z.looseObject({ schemaVersion: z.number(), orchVersion: text.optional() })

/** Reads a checkpoint's text. One of a later version is told apart from a damaged one: it is whole, and not ours to replace. So is one of an earlier version: the facts say all that it lacks. */
export function parseCheckpoint(saved: string): Result<Checkpoint, CheckpointFault> {
  let content: unknown
  try {
    content = JSON.parse(saved)
  } catch {
    return err({ kind: 'damaged', detail: saved.trim() === '' ? 'it is empty' : 'it is not JSON' })
  }
  return isWhole(content) ? ok(content) : diagnosed(content)
}

/**
 * The envelope's shapes, made to look only: to read 10,000 tasks into copies takes longer than all else. The work is by itself, since zod copies
 * a record of objects even when it only looks.
 */
const compiled = (): { readonly around: z.ZodType; readonly work: z.ZodType } => ({
  around: z.compile(wrapped({ ...state, work: z.record(text, z.unknown()) })),
  work: z.compile(z.looseObject(work)),
})

let looks: ReturnType<typeof compiled> | null = null

function isWhole(content: unknown): content is Checkpoint {
  looks ??= compiled()
  const { around, work } = looks
  return around.validate(content) && Object.values((content as Checkpoint).state.work).every((w) => work.validate(w))
}

/** What is wrong with it, if there is something. */
function diagnosed(content: unknown): Result<Checkpoint, CheckpointFault> {
  const written = version.safeParse(content)
  if (written.success && written.data.schemaVersion > checkpointVersion)
    return err({ kind: 'newer', detail: `it was written by a newer orch (${written.data.orchVersion ?? 'unknown version'}); use that one` })
  if (written.success && written.data.schemaVersion >= 1 && written.data.schemaVersion < checkpointVersion)
    return err({ kind: 'older', detail: `it was written by an older orch (${written.data.orchVersion ?? 'unknown version'})` })
  const parsed = envelope.safeParse(content)
  if (!parsed.success) return err({ kind: 'damaged', detail: firstIssue(parsed.error) })
  return ok(content as Checkpoint)
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'it has an unknown shape' : `at ${issue.path.join('.') || 'the top'}: ${issue.message}`
}
