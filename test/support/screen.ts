import { PassThrough } from 'node:stream'

/** A terminal of a given size: understands the few sequences that orch writes, and remembers what scrolled away. */
export class Screen extends PassThrough {
  readonly isTTY = true
  columns: number
  rows: number
  /** Everything that was ever written, as it came. */
  raw = ''
  /** How often something was written. */
  writes = 0
  #lines: string[][] = [[]]
  #row = 0
  #column = 0
  /** Characters written beyond the last column: a real terminal would have wrapped them. */
  #wrapped = 0

  constructor(columns: number, rows: number) {
    super()
    this.columns = columns
    this.rows = rows
    this.on('data', (chunk: Buffer) => this.#take(chunk.toString('utf8')))
  }

  /** All lines, those that scrolled away first. */
  get lines(): readonly string[] {
    return this.#lines.map((line) => line.join('').trimEnd())
  }

  get text(): string {
    return this.lines.join('\n').trimEnd()
  }

  /** What a person sees now. */
  get visible(): readonly string[] {
    return this.lines.slice(-this.rows)
  }

  get overlong(): number {
    return this.#wrapped
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  #take(text: string): void {
    this.raw += text
    this.writes++
    const esc = String.fromCharCode(0x1b)
    const pattern = new RegExp(`${esc}\\[([?0-9;]*)([A-Za-z])|[\\s\\S]`, 'gu')
    for (const [whole, parameters, final] of text.matchAll(pattern)) {
      if (final !== undefined) this.#obey(final, Number.parseInt(parameters ?? '', 10) || 1)
      else this.#print(whole)
    }
  }

  #obey(final: string, n: number): void {
    const top = Math.max(0, this.#lines.length - this.rows)
    if (final === 'A') this.#row = Math.max(top, this.#row - n)
    if (final === 'K') this.#lines[this.#row]?.splice(0)
    if (final !== 'J') return
    this.#lines.length = this.#row + 1
    this.#lines[this.#row]?.splice(this.#column)
  }

  #print(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') {
      this.#row++
      this.#column = 0
      if (this.#row === this.#lines.length) this.#lines.push([])
    } else {
      const line = this.#lines[this.#row] ?? []
      line[this.#column++] = character
      if (this.#column > this.columns) this.#wrapped++
    }
  }
}

/** Everything written to a stream that is no terminal. */
export class Paper extends PassThrough {
  text = ''

  constructor() {
    super()
    this.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('utf8')
    })
  }
}

/** Resolves as soon as the condition holds; looks every few milliseconds. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`It did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
