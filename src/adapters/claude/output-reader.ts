import { isAscii } from 'node:buffer'
import type { ProgramOutput } from './program.js'
import { StreamReader } from './stream.js'
import type { StreamEvent } from './stream-event.js'

/** Takes secrets out of what is written or shown. */
export interface Redaction {
  redact(text: string): string
  /** False: nothing in the bytes has to be taken out. */
  isNeededFor(bytes: Buffer): boolean
}

/** What the program said at once. */
export interface Said {
  /** Whole lines for the transcript: without secrets, and without what need not be kept. */
  readonly kept: readonly Buffer[]
  /** In order; without those that mean nothing. */
  readonly events: readonly StreamEvent[]
}

interface Gathered {
  readonly kept: Buffer[]
  readonly events: StreamEvent[]
}

interface Line {
  /** Where it stands, its end included. */
  readonly from: number
  readonly to: number
  readonly text: string
}

const newline = Buffer.from('\n')
const carriageReturn = 0x0d

/** Reads the program's output many lines at a time: bytes that are kept as they came are never made text and bytes again. */
export class OutputReader {
  readonly #lines = new StreamReader()

  constructor(private readonly redaction: Redaction) {}

  read(said: readonly ProgramOutput[]): Said {
    const kept: Buffer[] = []
    const events: StreamEvent[] = []
    for (const output of said) {
      if (output.kind === 'dropped') kept.push(bytesOf(JSON.stringify({ type: 'orch_dropped_line', bytes: output.length })))
      else if (this.redaction.isNeededFor(output.bytes)) this.#readRedacted(output.bytes, { kept, events })
      else this.#readPlain(output.bytes, { kept, events })
    }
    return { kept, events }
  }

  #readPlain(bytes: Buffer, { kept, events }: Gathered): void {
    let from = 0
    for (const line of linesIn(bytes)) {
      if (this.#take(line.text, events)) continue
      if (line.from > from) kept.push(bytes.subarray(from, line.from))
      from = line.to
    }
    if (from === bytes.length) return
    kept.push(from === 0 ? bytes : bytes.subarray(from))
    if (bytes.at(-1) !== newline[0]) kept.push(newline)
  }

  #readRedacted(bytes: Buffer, { kept, events }: Gathered): void {
    for (const line of linesIn(bytes)) {
      const text = this.redaction.redact(line.text)
      if (this.#take(text, events)) kept.push(bytesOf(text))
    }
  }

  /** Adds what a line says. @returns whether the line is kept */
  #take(text: string, events: StreamEvent[]): boolean {
    if (text.trim() === '') return false
    const said = this.#lines.read(text)
    // Only orch itself says that, in the file: a program that does would make its own end unreadable.
    if (said.some((e) => e.kind === 'invocation' || e.kind === 'ended')) return false
    // Pieces of an answer are a sign of life and nothing else: the answer follows as a whole.
    if (said.every((e) => e.kind === 'delta')) return false
    for (const event of said) if (event.kind !== 'other' && event.kind !== 'delta') events.push(event)
    return true
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(`${text}\n`)

/** Each line without its end. */
function* linesIn(bytes: Buffer): Generator<Line> {
  // Where nothing but ASCII stands, a place in the text is the same place in the bytes.
  const ascii = isAscii(bytes)
  const text = bytes.toString('latin1')
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf('\n', from)
    const end = at === -1 ? text.length : at
    const last = end > from && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end
    yield { from, to: at === -1 ? end : end + 1, text: ascii ? text.slice(from, last) : bytes.toString('utf8', from, last) }
    from = end + 1
  }
}
