import { err, ok, type Result } from '../core/result.js'
import type { Path } from './shape-problems.js'

/** A JSON value and where its keys and elements stand. */
export interface JsonDocument {
  readonly value: unknown
  /** The offset of a key, or of an element of a list; of what holds it when it is missing, and of the whole for the empty path. */
  readonly offsetOf: (path: Path) => number
}

export interface JsonFault {
  readonly offset: number
  /** What is wrong there, in a few words. */
  readonly message: string
}

/**
 * Reads JSON as people write it into settings: comments and a comma after the last element are fine, all else is as strict
 * as JSON. Written out here because no built-in reader tells where a key stands, or, always, where a fault is.
 */
export function parseJsonc(text: string): Result<JsonDocument, JsonFault> {
  const reader = new Reader(text)
  try {
    const value = reader.document()
    return ok({ value, offsetOf: (path) => reader.offsetOf(path) })
  } catch (error) {
    // Leaves this file as a value.
    if (error instanceof Fault) return err({ offset: error.offset, message: error.message })
    throw error
  }
}

class Fault extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message)
  }
}

/** Deeper than any settings file; a recursion without a limit would overflow the stack. */
const deepest = 64

const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const quoted = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const word = /[^\s,:{}[\]"]*/y

class Reader {
  private readonly offsets = new Map<string, number>()
  private at = 0

  constructor(private readonly text: string) {}

  document(): unknown {
    this.skip()
    this.offsets.set('[]', this.at)
    const value = this.value([])
    this.skip()
    if (this.at < this.text.length) throw new Fault(this.at, 'something stands after the end')
    return value
  }

  offsetOf(path: Path): number {
    const offset = this.offsets.get(JSON.stringify(path))
    if (offset !== undefined) return offset
    return path.length === 0 ? 0 : this.offsetOf(path.slice(0, -1))
  }

  private value(path: Path): unknown {
    if (path.length > deepest) throw new Fault(this.at, 'this is nested too deeply')
    const next = this.text[this.at]
    if (next === '{') return this.object(path)
    if (next === '[') return this.list(path)
    if (next === '"') return this.string()
    return this.literal()
  }

  private object(path: Path): object {
    const object: Record<string, unknown> = {}
    this.each('}', () => {
      const start = this.at
      if (this.text[start] !== '"') throw new Fault(start, 'a key in double quotes is expected here')
      const key = this.string()
      if (Object.hasOwn(object, key)) throw new Fault(start, `the key ${JSON.stringify(key)} is here twice`)
      this.offsets.set(JSON.stringify([...path, key]), start)
      this.skip()
      this.expect(':')
      this.skip()
      // Not by assignment: `__proto__` is a key like any other.
      Object.defineProperty(object, key, { value: this.value([...path, key]), enumerable: true, configurable: true, writable: true })
    })
    return object
  }

  private list(path: Path): unknown[] {
    const list: unknown[] = []
    this.each(']', () => {
      const element = [...path, list.length]
      this.offsets.set(JSON.stringify(element), this.at)
      list.push(this.value(element))
    })
    return list
  }

  /** From an opening bracket to its closing one. */
  private each(close: string, element: () => void): void {
    const open = this.at++
    for (;;) {
      this.skip()
      if (this.text[this.at] === close) break
      if (this.at >= this.text.length) throw new Fault(open, `this is never closed by ${close}`)
      element()
      this.skip()
      if (this.text[this.at] === ',') this.at += 1
      else if (this.at < this.text.length && this.text[this.at] !== close) throw new Fault(this.at, `a comma or ${close} is expected here`)
    }
    this.at++
  }

  private string(): string {
    const source = this.take(quoted)
    if (source === '') throw new Fault(this.at, 'this text is not closed, or holds a line end or a wrong escape')
    return JSON.parse(source) as string
  }

  private literal(): unknown {
    const start = this.at
    const source = this.take(literal)
    const rest = this.take(word)
    if (source === '' || rest !== '') return this.noValue(start)
    return JSON.parse(source)
  }

  private noValue(start: number): never {
    const found = this.text.slice(start, this.at)
    if (found === '')
      throw new Fault(start, start < this.text.length ? 'a value is expected here' : 'the file ends where a value is expected')
    throw new Fault(start, `${found.slice(0, 40)} is no value: a text needs double quotes`)
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw new Fault(this.at, `${character} is expected here`)
    this.at++
  }

  private skip(): void {
    this.take(blank)
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }
}
