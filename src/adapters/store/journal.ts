import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Fact, RecordedFact } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { reduce } from '../../core/run-fold.js'
import type { RunState } from '../../core/run-state.js'
import type { Clock } from '../../engine/ports/clock.js'
import type { Journal } from '../../engine/ports/journal.js'
import type { Listener } from '../../engine/ports/listener.js'
import { CheckpointStore } from './checkpoint-store.js'
import { CheckpointWriter } from './checkpoint-writer.js'
import type { Disk } from './disk.js'
import { ensureFolder } from './durable-file.js'
import { type FactsLog, openFactsLog } from './facts-log.js'
import { beginningOf, knownTo, recall } from './run-history.js'
import { runPaths } from './run-paths.js'
import { removeTemporaries } from './temporaries.js'

export interface JournalOptions {
  /** `.orch/runs/<run>`: its last part is the run's id. Made when it is not there. */
  readonly runFolder: string
  /** Written beside the state, for people who look at the file. */
  readonly orchVersion: string
  readonly clock: Pick<Clock, 'now'>
  /** Told after the save. One that throws is not asked to stop anything: the fact is saved. */
  readonly listeners: readonly Listener[]
  readonly disk?: Disk
}

/** The facts of one run, open for more. Only the holder of the lock may open one. */
export class RunJournal implements Journal {
  readonly #run: string
  readonly #options: JournalOptions
  readonly #log: FactsLog
  readonly #checkpoints: CheckpointWriter
  /** What is on the disk. */
  #saved: RunState | null
  /** With what is on its way there: what the next fact is folded into. */
  #expected: RunState | null

  constructor(options: JournalOptions, parts: { log: FactsLog; checkpoints: CheckpointWriter; state: RunState | null }) {
    this.#run = path.basename(options.runFolder)
    this.#options = options
    this.#log = parts.log
    this.#checkpoints = parts.checkpoints
    this.#saved = parts.state
    this.#expected = parts.state
  }

  /** Nothing was recorded yet. */
  get isNew(): boolean {
    return this.#saved === null
  }

  /** What is on the disk; throws before `run-started` was recorded. */
  get state(): RunState {
    if (this.#saved === null) throw new Error(`Internal error: run ${this.#run} has not begun`)
    return this.#saved
  }

  /**
   * Reduces, saves durably, then tells; in the order of the calls.
   * @returns the state with the fact in it
   * @throws StoreError when it cannot be saved (`disk-full`); nobody was told then, and no later fact is accepted
   */
  async record(fact: Fact): Promise<RunState> {
    const recorded = this.#stamp(fact)
    const state = reduce(this.#expected, recorded)
    this.#expected = state
    const bytes = await this.#log.append(recorded)
    this.#saved = state
    this.#tell(recorded, state)
    this.#checkpoints.heard(recorded, bytes, state)
    if (recorded.type === 'run-ended') await this.#checkpoints.settle()
    return state
  }

  /** Writes the checkpoint out if it is behind. @throws StoreError `disk-full` */
  async flush(): Promise<void> {
    await this.#checkpoints.settle()
    if (this.#saved !== null) await this.#checkpoints.save(this.#saved)
  }

  /** Waits for what is under way; the facts are the truth, so a checkpoint that could not be written is no matter. */
  async close(): Promise<void> {
    await this.flush().catch(() => undefined)
    await this.#log.close()
  }

  #stamp(fact: Fact): RecordedFact {
    const stamp = { seq: (this.#expected?.seq ?? 0) + 1, at: new Date(this.#options.clock.now()).toISOString(), run: this.#run }
    return { ...stamp, ...fact }
  }

  #tell(fact: RecordedFact, state: RunState): void {
    for (const listener of this.#options.listeners)
      try {
        listener.heard(fact, state)
      } catch {
        // A view that fails must not cost the run anything.
      }
  }
}

/** Opens a run's journal, or begins one. What had to be repaired is told to the listeners as a notice. */
export async function openJournal(options: JournalOptions): Promise<Result<RunJournal, Failure>> {
  await ensureFolder(options.runFolder)
  await removeTemporaries(options.runFolder)
  const paths = runPaths(options.runFolder)
  const beginning = await beginningOf(options.runFolder)
  const opened = await openFactsLog(paths.facts, { disk: options.disk, known: knownTo(beginning) })
  if (!opened.ok) return opened
  const history = recall(options.runFolder, beginning, opened.value)
  if (!history.ok) {
    await opened.value.log.close()
    return err(history.error)
  }
  if (opened.value.tornBytes > 0)
    notice(options, `The last line of ${paths.facts} was cut off in the middle of being written; it is removed`)
  const { state, checkpointSeq } = history.value
  const written = { seq: checkpointSeq, bytes: await sizeOf(paths.checkpoint) }
  const checkpoints = new CheckpointWriter(new CheckpointStore(paths.checkpoint, options.disk), options.orchVersion, written)
  return ok(new RunJournal(options, { log: opened.value.log, checkpoints, state }))
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

function notice(options: JournalOptions, text: string): void {
  for (const listener of options.listeners)
    try {
      listener.progressed({ type: 'noticed', text })
    } catch {
      // As above.
    }
}
