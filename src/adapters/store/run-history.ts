import type { RecordedFact } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { reduce } from '../../core/run-fold.js'
import type { RunState } from '../../core/run-state.js'
import { CheckpointStore, type UnusableCheckpoint } from './checkpoint-store.js'
import { readFacts } from './facts-log.js'
import type { FactsText } from './facts-text.js'
import { runPaths } from './run-paths.js'

/** A run as it was left. */
export interface RunHistory {
  /** Null: the run was not begun. */
  readonly state: RunState | null
  /** Up to which fact the checkpoint on the disk knows; 0: there is none to rely on. */
  readonly checkpointSeq: number
}

/** What a run's checkpoint says: where its facts are folded from. */
export type Beginning = Result<RunState | null, UnusableCheckpoint>

export const beginningOf = (runFolder: string): Promise<Beginning> => new CheckpointStore(runPaths(runFolder).checkpoint).load()

/** Up to which fact it knows: those need not be kept when they are read. */
export const knownTo = (beginning: Beginning): number => (beginning.ok ? (beginning.value?.seq ?? 0) : 0)

/**
 * The state that the checkpoint and the facts after it amount to. A checkpoint that is there and cannot be read is said, not
 * passed over: putting another in its place is for a person to ask for.
 */
export function recall(runFolder: string, loaded: Beginning, text: FactsText): Result<RunHistory, Failure> {
  // What an older orch knew it has also written down as facts: its checkpoint is replaced without a word.
  if (!loaded.ok && (loaded.error.kind !== 'older' || text.facts.length === 0)) return err(loaded.error.failure)
  const from = loaded.ok ? loaded.value : null
  const folded = fold(from, text.facts)
  if (!folded.ok) return err({ reason: 'state-unreadable', path: runPaths(runFolder).facts, detail: folded.error })
  return ok({ state: folded.value, checkpointSeq: knownTo(loaded) })
}

/** Reads a run's state without a lock and without changing anything, also while it is under way. */
export async function readHistory(runFolder: string): Promise<Result<RunHistory, Failure>> {
  const beginning = await beginningOf(runFolder)
  const text = await readFacts(runPaths(runFolder).facts, knownTo(beginning))
  return text.ok ? recall(runFolder, beginning, text.value) : text
}

/** Facts that the state knows already are passed over; the error names the one that is missing or does not fit. */
export function fold(from: RunState | null, facts: readonly RecordedFact[]): Result<RunState | null, string> {
  let state = from
  for (const fact of facts) {
    const known = state?.seq ?? 0
    if (fact.seq <= known) continue
    if (fact.seq !== known + 1) return err(`fact ${known + 1} is missing`)
    try {
      state = reduce(state, fact)
    } catch (error) {
      return err(`fact ${fact.seq} (${fact.type}) does not fit: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return ok(state)
}
