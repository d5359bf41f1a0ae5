import { z } from 'zod'
import { err, ok, type Result } from '../../core/result.js'
import type { RunState } from '../../core/run-state.js'
import { stateShape, workShape } from './checkpoint-shape.js'

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

const wrapped = (shape: z.ZodRawShape) =>
  z.strictObject({ schemaVersion: z.literal(checkpointVersion), orchVersion: z.string(), state: z.looseObject(shape) })
const envelope = wrapped(stateShape)

const version = z.looseObject({ schemaVersion: z.number(), orchVersion: z.string().optional() })

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
  around: z.compile(wrapped({ ...stateShape, work: z.record(z.string(), z.unknown()) })),
  work: z.compile(z.looseObject(workShape)),
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
