import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Takes every known secret out of a text; `longest` is the length of the longest one. */
export interface Redactor {
  redact(text: string): string
  readonly longest: number
}

/** A log that a runaway command may fill: 64 MiB, then only the end is remembered. */
const mostLogged = 64 * 1024 * 1024
const tailKept = 4 * 1024

/** Where a command's output goes: the whole to a file, its end and its digest to the result. */
export class CommandLog {
  readonly #decoder = new TextDecoder('utf-8')
  readonly #hash: Hash = createHash('sha256')
  #unfinished = ''
  #tail = ''
  #logged = 0

  private constructor(
    private readonly file: FileHandle,
    private readonly redactor: Redactor,
  ) {}

  static async open(path: string, redactor: Redactor): Promise<CommandLog> {
    await mkdir(dirname(path), { recursive: true })
    return new CommandLog(await open(path, 'w', 0o600), redactor)
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk)
    this.#unfinished = this.redactor.redact(this.#unfinished + this.#decoder.decode(chunk, { stream: true }))
    // A secret may have begun at the very end: as much as one could take stays back until more is known.
    const ready = Math.max(0, this.#unfinished.length - this.redactor.longest)
    await this.#append(this.#unfinished.slice(0, ready))
    this.#unfinished = this.#unfinished.slice(ready)
  }

  /** @returns the end of the output, safe to show, and the digest of the whole */
  async close(): Promise<{ output: string; digest: string }> {
    await this.#append(this.redactor.redact(this.#unfinished + this.#decoder.decode()))
    await this.file.close()
    return { output: lastBytes(plainText(this.#tail), tailKept).trimEnd(), digest: this.#hash.digest('hex').slice(0, 12) }
  }

  async #append(text: string): Promise<void> {
    if (text === '') return
    // Colours take room and are removed from the end that is shown, hence the margin.
    this.#tail = (this.#tail + text).slice(-4 * tailKept)
    if (this.#logged >= mostLogged) return
    this.#logged += text.length
    await this.file.appendFile(this.#logged >= mostLogged ? `${text}\n[output beyond ${mostLogged} characters was left out]\n` : text)
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Text as a terminal without any powers would show it: no escape sequences, no control or direction characters. */
export const plainText = (text: string): string => text.replace(escapeSequences, '').replace(/\r+\n/g, '\n').replace(controlCharacters, '')

function lastBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  // Cut at a line where there is one, else at a whole character.
  const end = bytes
    .subarray(bytes.length - most)
    .toString('utf8')
    .replace(/^\ufffd+/, '')
  const line = end.indexOf('\n')
  return line === -1 || line > most / 2 ? end : end.slice(line + 1)
}
