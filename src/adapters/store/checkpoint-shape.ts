import { z } from 'zod'
import type { RunState, StageState } from '../../core/run-state.js'
import type { Usage } from '../../core/session.js'
import type { OpenSession, Work } from '../../core/work.js'

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

/** What each piece of work in a checkpoint is made of. Keys beyond these pass. */
export const workShape = {
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

/** What the state in a checkpoint is made of. Keys beyond these pass. */
export const stateShape = {
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
  work: z.record(text, z.looseObject(workShape)),
  accounts: z.array(text),
  account: textOrNull,
  limits: z.record(text, z.looseObject({ since: z.number(), until: z.number(), window: textOrNull })),
  guessedLimits: z.record(text, count),
  narrowed: z.record(text, count),
  streak: z.looseObject({ cause: text, count, tasks: z.array(text) }).nullable(),
  budget: z.looseObject({ maxUsd: z.number().nullable(), maxDurationMs: z.number().nullable(), warned: z.array(text) }),
} satisfies ShapeOf<RunState>
