import type { RecordedFact } from '../../core/fact.js'
import type { RunState } from '../../core/run-state.js'
import type { CheckpointStore } from './checkpoint-store.js'

/** A checkpoint is due at least after so many facts. */
const factsBetween = 200
/** One of up to this size costs nothing worth counting. */
const smallBytes = 256 * 1024

/**
 * Writes a checkpoint now and then, one at a time, behind the run's back: it only shortens the next start.
 * A large one waits until as many bytes of facts have come in as it has itself, so the bytes written for a fact
 * stay the same however long a run becomes.
 */
export class CheckpointWriter {
  readonly #store: CheckpointStore
  readonly #orchVersion: string
  #writtenSeq: number
  #lastBytes: number
  #facts = 0
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()

  /** @param written up to which fact the one on the disk knows, and its size; zeros: there is none */
  constructor(store: CheckpointStore, orchVersion: string, written: { readonly seq: number; readonly bytes: number }) {
    this.#store = store
    this.#orchVersion = orchVersion
    this.#writtenSeq = written.seq
    this.#lastBytes = written.bytes
  }

  /** Call after each fact that was saved in so many bytes. */
  heard(fact: RecordedFact, bytes: number, state: RunState): void {
    this.#facts += 1
    this.#bytes += bytes
    if (!this.#isDue(fact)) return
    this.#facts = 0
    this.#bytes = 0
    // Its failure is no matter here: the facts are saved, and a full disk shows at the next one.
    this.save(state).catch(() => undefined)
  }

  /** Resolves when the one under way is finished, well or not. */
  settle(): Promise<void> {
    return this.#writing
  }

  /** Writes one unless the disk has it. @throws StoreError `disk-full` */
  save(state: RunState): Promise<void> {
    const saving = this.#writing.then(async () => {
      if (state.seq <= this.#writtenSeq) return
      this.#lastBytes = await this.#store.save(state, this.#orchVersion)
      this.#writtenSeq = state.seq
    })
    this.#writing = saving.catch(() => undefined)
    return saving
  }

  #isDue(fact: RecordedFact): boolean {
    if (fact.type === 'run-ended') return true
    const wanted = this.#facts >= factsBetween || fact.type === 'run-started' || fact.type.startsWith('stage-')
    return wanted && (this.#lastBytes <= smallBytes || this.#bytes >= this.#lastBytes)
  }
}
