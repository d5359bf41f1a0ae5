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
    eachLine(bytes, (text, begin, end) => {
      if (this.#take(text, events)) return
      if (begin > from) kept.push(bytes.subarray(from, begin))
      from = end
    })
    if (from === bytes.length) return
    kept.push(from === 0 ? bytes : bytes.subarray(from))
    if (bytes.at(-1) !== newline[0]) kept.push(newline)
  }

  #readRedacted(bytes: Buffer, { kept, events }: Gathered): void {
    eachLine(bytes, (line) => {
      const text = this.redaction.redact(line)
      if (this.#take(text, events)) kept.push(bytesOf(text))
    })
  }

  /** Adds what a line says. @returns whether the line is kept */
  #take(text: string, events: StreamEvent[]): boolean {
    if (text.trim() === '') return false
    const said = this.#lines.read(text)
    // Only orch itself says that, in the file: a program that does would make its own end unreadable.
    if (said.some(isOrchsOwn)) return false
    for (const event of said) if (event.kind !== 'other' && event.kind !== 'delta') events.push(event)
    // Pieces of an answer are a sign of life and nothing else: the answer follows as a whole.
    return !said.every(isPiece)
  }
}

const isOrchsOwn = ({ kind }: StreamEvent): boolean => kind === 'invocation' || kind === 'ended'
const isPiece = ({ kind }: StreamEvent): boolean => kind === 'delta'

const bytesOf = (text: string): Buffer => Buffer.from(`${text}\n`)

/** @param hear gets each line without its end, and the places where it begins and where the next one does */
function eachLine(bytes: Buffer, hear: (text: string, begin: number, end: number) => void): void {
  // Where nothing but ASCII stands, a place in the text is the same place in the bytes.
  const ascii = isAscii(bytes)
  const text = bytes.toString('latin1')
  for (let begin = 0; begin < text.length; ) {
    const at = text.indexOf('\n', begin)
    const end = at === -1 ? text.length : at
    const last = end > begin && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end
    const next = Math.min(end + 1, text.length)
    hear(ascii ? text.slice(begin, last) : bytes.toString('utf8', begin, last), begin, next)
    begin = next
  }
}
