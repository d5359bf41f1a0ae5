import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { RecordedFact } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { type Disk, type DiskFile, realDisk } from './disk.js'
import { privateFile, syncFolder } from './durable-file.js'
import { type FactsText, parseFacts } from './facts-text.js'
import { asWriteError, codeOf } from './store-error.js'

interface Waiting {
  readonly line: string
  readonly saved: (bytes: number) => void
  readonly failed: (error: unknown) => void
}

/**
 * The facts of a run, one JSON line each, only ever appended to.
 * What is recorded while a write is under way goes out together in the next one, so many tasks at once cost few syncs.
 */
export class FactsLog {
  readonly #path: string
  readonly #file: DiskFile
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null
  #broken: { readonly cause: unknown } | null = null

  constructor(path: string, file: DiskFile) {
    this.#path = path
    this.#file = file
  }

  /**
   * Resolves when the fact is on the disk, in the order of the calls, with the number of bytes that it took.
   * After one failure every later fact is refused too: what is on the disk behind the failed one is unknown until the log is opened again.
   * @throws StoreError `disk-full`
   */
  append(fact: RecordedFact): Promise<number> {
    return new Promise((saved, failed) => {
      this.#waiting.push({ line: `${JSON.stringify(fact)}\n`, saved, failed })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#write(batch)
    }
    this.#writing = null
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      if (this.#broken !== null) throw this.#broken.cause
      await this.#file.appendFile(batch.map((w) => w.line).join(''))
      await this.#file.datasync()
      for (const waiting of batch) waiting.saved(Buffer.byteLength(waiting.line))
    } catch (error) {
      this.#broken ??= { cause: asWriteError(error, this.#path) }
      for (const waiting of batch) waiting.failed(this.#broken.cause)
    }
  }
}

/** A log that is ready for more, and what it holds. */
export interface OpenFactsLog extends FactsText {
  readonly log: FactsLog
}

export interface FactsLogOptions {
  readonly disk?: Disk | undefined
  /** Facts up to this number are looked at and not kept. */
  readonly known?: number
}

/** Opens for writing. A torn last line, which nobody was ever told about, is cut off. */
export async function openFactsLog(file: string, options: FactsLogOptions = {}): Promise<Result<OpenFactsLog, Failure>> {
  const disk = options.disk ?? realDisk
  const read = await readFacts(file, options.known)
  if (!read.ok) return read
  if (read.value.tornBytes > 0) await cut(disk, file, read.value.wholeBytes)
  const handle = await disk.open(file, 'a', privateFile)
  await syncFolder(path.dirname(file), disk)
  return ok({ ...read.value, log: new FactsLog(file, handle) })
}

/**
 * Reads without changing anything; a torn last line, which may be a write under way, is left out. No file: no facts.
 * @param known facts up to this number are looked at and not kept
 */
export async function readFacts(file: string, known = 0): Promise<Result<FactsText, Failure>> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const parsed = parseFacts(bytes, known)
  return parsed.ok ? parsed : err({ reason: 'state-unreadable', path: file, detail: parsed.error })
}

async function cut(disk: Disk, file: string, length: number): Promise<void> {
  const handle = await disk.open(file, 'r+')
  try {
    await handle.truncate(length)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
