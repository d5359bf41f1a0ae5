/** One line of a program's output, without its line end. */
export interface Line {
  /** Empty when the line was dropped. */
  readonly text: string
  /** How long it was, in bytes. */
  readonly bytes: number
  /** It was longer than the cap, so its text is gone. */
  readonly dropped: boolean
}

/** 16 MiB: far above any line that a sane program writes, far below what hurts. */
export const longestLine = 16 * 1024 * 1024

const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts bytes into lines without ever holding more than the cap. UTF-8 is decoded only once a line is complete, so a
 * character that is split between two chunks stays whole; invalid bytes become U+FFFD.
 */
export class LineSplitter {
  #parts: Buffer[] = []
  #bytes = 0

  constructor(private readonly cap = longestLine) {}

  /** The lines that this chunk completes. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      this.#keep(chunk.subarray(from, at))
      lines.push(this.#take())
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
    return lines
  }

  /** What the stream ended with when it did not end with a line end. */
  end(): Line[] {
    return this.#bytes === 0 ? [] : [this.#take()]
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > this.cap) this.#parts = []
    // A copy: a view would keep the whole chunk that it was cut from alive.
    else if (part.length > 0) this.#parts.push(Buffer.from(part))
  }

  #take(): Line {
    const bytes = this.#bytes
    const dropped = bytes > this.cap
    const whole = dropped ? Buffer.alloc(0) : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    const end = whole.at(-1) === carriageReturn ? whole.length - 1 : whole.length
    return { text: whole.toString('utf8', 0, end), bytes, dropped }
  }
}
