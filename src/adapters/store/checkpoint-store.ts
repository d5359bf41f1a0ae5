import { access, readFile } from 'node:fs/promises'
import { type Adapter, Low } from 'lowdb'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { RunState } from '../../core/run-state.js'
import { type Checkpoint, checkpointVersion, parseCheckpoint } from './checkpoint.js'
import { type Disk, realDisk } from './disk.js'
import { previousOf, writeDurably } from './durable-file.js'
import { codeOf } from './store-error.js'

/** Why a checkpoint cannot be used: `newer` was written by a later orch and must be left alone, `older` and `damaged` can be rebuilt from the facts. */
export interface UnusableCheckpoint {
  readonly kind: 'newer' | 'older' | 'damaged'
  readonly failure: Failure
}

/** The checkpoint of a run: the last state that was written out, so that a start needs not fold every fact. */
export class CheckpointStore {
  readonly #file: string
  readonly #low: Low<Checkpoint | null>
  readonly #adapter: CheckpointFile

  constructor(file: string, disk: Disk = realDisk) {
    this.#file = file
    this.#adapter = new CheckpointFile(file, disk)
    this.#low = new Low<Checkpoint | null>(this.#adapter, null)
  }

  /** Null: there is none yet. */
  async load(): Promise<Result<RunState | null, UnusableCheckpoint>> {
    try {
      await this.#low.read()
      return ok(this.#low.data?.state ?? null)
    } catch (error) {
      if (error instanceof Unusable) return err(await this.#describe(error))
      throw error
    }
  }

  /**
   * Resolves when the state is on the disk.
   * @returns how many bytes were written
   * @throws StoreError `disk-full`
   */
  async save(state: RunState, orchVersion: string): Promise<number> {
    this.#low.data = { schemaVersion: checkpointVersion, orchVersion, state }
    await this.#low.write()
    return this.#adapter.bytesWritten
  }

  async #describe(unusable: Unusable): Promise<UnusableCheckpoint> {
    const previous = previousOf(this.#file)
    const kept = await access(previous).then(
      () => `; the version before it is kept as ${previous}`,
      () => '',
    )
    return { kind: unusable.kind, failure: { reason: 'state-unreadable', path: this.#file, detail: unusable.message + kept } }
  }
}

class Unusable extends Error {
  constructor(
    readonly kind: 'newer' | 'older' | 'damaged',
    message: string,
  ) {
    super(message)
  }
}

/** What lowdb reads and writes through: durable, and nothing is believed before it was looked at. */
class CheckpointFile implements Adapter<Checkpoint | null> {
  bytesWritten = 0

  constructor(
    private readonly file: string,
    private readonly disk: Disk,
  ) {}

  async read(): Promise<Checkpoint | null> {
    const text = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (text === null) return null
    const parsed = parseCheckpoint(text)
    if (parsed.ok) return parsed.value
    throw new Unusable(parsed.error.kind, parsed.error.detail)
  }

  async write(checkpoint: Checkpoint | null): Promise<void> {
    const text = `${JSON.stringify(checkpoint)}\n`
    await writeDurably(this.file, text, { keepPrevious: true, disk: this.disk })
    this.bytesWritten = Buffer.byteLength(text)
  }
}
