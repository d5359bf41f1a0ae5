import type { RecordedFact } from '../core/fact.js'
import { flushed } from './flushed.js'
import type { Terminal } from './painter.js'
import type { View } from './view.js'

/** What JSON lets through and a terminal might obey: the second set of controls and bidirectional overrides. */
const unsafe = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value as one line of JSON that may be shown in a terminal. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replace(unsafe, escaped)}\n`

/** One saved fact per line, as it was saved; progress is not told. */
export class JsonView implements View {
  readonly #stdout: Terminal

  constructor(stdout: Terminal) {
    this.#stdout = stdout
  }

  heard(fact: RecordedFact): void {
    this.#stdout.write(jsonLine(fact))
  }

  progressed(): void {}

  close(): Promise<void> {
    return flushed(this.#stdout)
  }
}
