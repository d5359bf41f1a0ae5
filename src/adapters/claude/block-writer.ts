import type { FileHandle } from 'node:fs/promises'

/** So much goes to the disk at once. Bytes. */
const blockBytes = 192 * 1024
/** Full blocks that wait behind the one that is being written: with more the writer is held back. */
const mostWaiting = 0
/** What nobody needs at once waits so long for more to be written with it. Milliseconds. */
const patienceMs = 100

/** Bytes on their way to a file. */
interface Block {
  readonly bytes: Buffer
  filled: number
}

/**
 * Blocks that are free, of all writers together: at their most they need a few each, and hardly ever all at the same time. Bytes are copied into
 * them because memory that comes and goes with each chunk, and stays while the disk is at work, sets off a collection of all garbage each time
 * some dozen megabytes have passed through.
 */
const free: Block[] = []

/** Writes to a file in order and in great pieces, and holds little while the disk is slow. */
export class BlockWriter {
  #full: Block[] = []
  #filling: Block | null = null
  #patience: NodeJS.Timeout | undefined
  #writing: Promise<void> | null = null
  #error: Error | null = null
  #break: (error: Error) => void = () => undefined
  /** Settles, if ever, with why nothing more can be written. */
  readonly broken = new Promise<Error>((resolve) => {
    this.#break = resolve
  })

  constructor(private readonly file: FileHandle) {}

  /** @param pressing nothing is waited for @returns what to wait for before more is added; undefined: nothing */
  add(bytes: readonly Buffer[], pressing: boolean): Promise<void> | undefined {
    if (this.#error !== null) return undefined
    for (const piece of bytes) this.#fill(piece)
    if (pressing) this.#flush()
    else if (this.#filling !== null) this.#patience ??= setTimeout(() => this.#flush(), patienceMs)
    this.#write()
    return this.#full.length > mostWaiting ? (this.#writing ?? undefined) : undefined
  }

  /** Resolves when all is written; rejects when it cannot be. */
  async end(): Promise<void> {
    this.#flush()
    await this.#writing
    if (this.#error !== null) throw this.#error
  }

  #fill(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      this.#filling ??= free.pop() ?? { bytes: Buffer.allocUnsafeSlow(blockBytes), filled: 0 }
      const copied = bytes.copy(this.#filling.bytes, this.#filling.filled, done)
      done += copied
      this.#filling.filled += copied
      if (this.#filling.filled === blockBytes) this.#closeBlock()
    }
  }

  #closeBlock(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    if (this.#filling !== null) this.#full.push(this.#filling)
    this.#filling = null
  }

  /** What has come so far is to be written, whether it fills a block or not. */
  #flush(): void {
    this.#closeBlock()
    this.#write()
  }

  /** What comes while the disk is at work goes there after that. */
  #write(): void {
    if (this.#full.length > 0) this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    for (let block = this.#full.shift(); block !== undefined; block = this.#full.shift()) {
      try {
        if (this.#error === null) await this.#writeOne(block)
      } catch (error) {
        this.#error = error as Error
        this.#break(this.#error)
      }
      block.filled = 0
      free.push(block)
    }
    this.#writing = null
  }

  async #writeOne({ bytes, filled }: Block): Promise<void> {
    for (let done = 0; done < filled; ) done += (await this.file.write(bytes, done, filled - done)).bytesWritten
  }
}
