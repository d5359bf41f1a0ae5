/** What a program said: lines, or that one is gone. */
export type Output =
  /** Whole lines as they came, each with its line end; only the very last of a program may have none. */
  | { readonly kind: 'lines'; readonly bytes: Buffer }
  /** One line was longer than the cap. */
  | { readonly kind: 'dropped'; readonly length: number }

/** 16 MiB: far above any line that a sane program writes, far below what hurts. */
export const longestLine = 16 * 1024 * 1024

const newline = 0x0a

/** Cuts bytes after line ends without ever holding more than the cap: what comes in one chunk goes on as it is, however many lines it is. */
export class WholeLines {
  #parts: Buffer[] = []
  /** Of the line that has begun, whether it is kept or not. */
  #length = 0

  /** @param cap longest line in bytes, without its end */
  constructor(private readonly cap = longestLine) {}

  /** The lines that this chunk completes. */
  push(chunk: Buffer): readonly Output[] {
    if (chunk.length > this.cap) return [...this.push(chunk.subarray(0, this.cap)), ...this.push(chunk.subarray(this.cap))]
    const last = chunk.lastIndexOf(newline)
    const begun = this.#length === 0 || last === -1 ? -1 : chunk.indexOf(newline)
    const completed = begun === -1 ? [] : [this.#take(chunk.subarray(0, begun + 1))]
    if (last > begun) completed.push({ kind: 'lines', bytes: chunk.subarray(begun + 1, last + 1) })
    this.#keep(chunk.subarray(last + 1))
    return completed
  }

  /** What the stream ended with when it did not end with a line end. */
  end(): readonly Output[] {
    return this.#length === 0 ? [] : [this.#take(Buffer.alloc(0))]
  }

  /** The line that has begun. @param rest of it, its end included */
  #take(rest: Buffer): Output {
    const length = this.#length + Math.max(0, rest.length - 1)
    const parts = this.#parts
    this.#parts = []
    this.#length = 0
    return length > this.cap ? { kind: 'dropped', length } : { kind: 'lines', bytes: Buffer.concat([...parts, rest]) }
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.cap) this.#parts = []
    // A copy: a view would keep the whole chunk that it was cut from alive.
    else if (part.length > 0) this.#parts.push(Buffer.from(part))
  }
}
