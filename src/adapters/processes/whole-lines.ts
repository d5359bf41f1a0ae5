/** What a program said: lines, or that one is gone. */
export type Output =
  /** Whole lines as they came, each with its line end; only the very last of a program may have none. */
  | { readonly kind: 'lines'; readonly bytes: Buffer }
  /** One line was longer than the cap. */
  | { readonly kind: 'dropped'; readonly length: number }

/** 16 MiB: far above any line that a sane program writes, far below what hurts. */
export const longestLine = 16 * 1024 * 1024

const newline = 0x0a

/** Cuts bytes after line ends without ever holding more than the cap: what comes in one chunk goes on in one piece, however many lines it is. */
export class WholeLines {
  #parts: Buffer[] = []
  /** Of the line that has begun, whether it is kept or not. */
  #length = 0

  /** @param cap longest line in bytes, without its end */
  constructor(private readonly cap = longestLine) {}

  /** The lines that this chunk completes. */
  push(chunk: Buffer): Output[] {
    if (chunk.length > this.cap) return [...this.push(chunk.subarray(0, this.cap)), ...this.push(chunk.subarray(this.cap))]
    const first = chunk.indexOf(newline)
    if (first === -1) {
      this.#keep(chunk)
      return []
    }
    const end = chunk.lastIndexOf(newline) + 1
    const completed = this.#completed(chunk.subarray(0, end), first)
    this.#keep(chunk.subarray(end))
    return completed
  }

  /** What the stream ended with when it did not end with a line end. */
  end(): Output[] {
    if (this.#length === 0) return []
    if (this.#length > this.cap) return [this.#dropped(0)]
    return [{ kind: 'lines', bytes: this.#joined(Buffer.alloc(0)) }]
  }

  /** @param first where the line that had begun before ends within them */
  #completed(lines: Buffer, first: number): Output[] {
    if (this.#length + first <= this.cap) return [{ kind: 'lines', bytes: this.#joined(lines) }]
    const rest = lines.subarray(first + 1)
    return [this.#dropped(first), ...(rest.length === 0 ? [] : [{ kind: 'lines' as const, bytes: rest }])]
  }

  #joined(lines: Buffer): Buffer {
    const bytes = this.#length === 0 ? lines : Buffer.concat([...this.#parts, lines])
    this.#begin()
    return bytes
  }

  #dropped(more: number): Output {
    const length = this.#length + more
    this.#begin()
    return { kind: 'dropped', length }
  }

  #begin(): void {
    this.#parts = []
    this.#length = 0
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.cap) this.#parts = []
    // A copy: a view would keep the whole chunk that it was cut from alive.
    else if (part.length > 0) this.#parts.push(Buffer.from(part))
  }
}
