/** One git process that a shell is to start. */
export interface ShellCall {
  readonly args: readonly string[]
  readonly cwd: string
  /** On top of the shell's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Standard input; empty when absent. */
  readonly input?: string
}

/** What a shell says where git was not started: the exit status that POSIX gives to a program that is not found (Shell Command Language, 2.8.2). */
export const notStarted: ReadonlySet<number> = new Set([126, 127])

/** A shell hands over as much without another process. Bytes, the least that a pipe takes at once (POSIX, `PIPE_BUF` on Linux). */
const longestInput = 4096

/** Whether a shell can be told it word for word: a text for standard input that ends with a line end and holds no NUL. */
export const isSayable = ({ args, cwd, env = {}, input = '' }: ShellCall): boolean =>
  ![...args, cwd, ...Object.values(env), input].some((text) => text.includes('\0')) &&
  Object.keys(env).every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) &&
  cwd.startsWith('/') &&
  (input === '' || (input.endsWith('\n') && Buffer.byteLength(input) <= longestInput))

/**
 * What to write to a POSIX shell so that it starts git with exactly these arguments, and says on both outputs when it begins, and when and how it
 * has ended.
 * @param mark stands in nothing that git says
 */
export function scriptFor({ args, cwd, env = {}, input = '' }: ShellCall, mark: string): string {
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)} && `)
  // A folder that is not there is no answer of git's. `-P`: git takes the variable that `cd` sets for where it is.
  const start = `(cd -P ${quoted(cwd)} && ${variables.join('')}exec git ${args.map(quoted).join(' ')} || exit 127)`
  const from = input === '' ? '</dev/null' : `<<'${mark}'\n${input}${mark}`
  const say = (what: string): string => `echo "${mark} ${what}"; echo "${mark} ${what}" >&2`
  // As one group: of a script that was cut off, nothing is started.
  return `{ ${say('begins')}\n${start} ${from}\ncode=$?; ${say('$code')}; }\n`
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What comes on one output of a shell for one call. */
export class MarkedOutput {
  #chunks: Buffer[] = []
  /** The last bytes. */
  #tail = ''
  readonly #begin: string
  readonly #end: RegExp
  readonly #longest: number

  constructor(mark: string) {
    this.#begin = `${mark} begins\n`
    this.#end = new RegExp(`${mark} (\\d+)\n$`)
    this.#longest = mark.length + ' 255\n'.length
  }

  /** @returns the exit status once that is said, else null */
  add(chunk: Buffer): number | null {
    this.#chunks.push(chunk)
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - this.#longest))).slice(-this.#longest)
    const code = this.#end.exec(this.#tail)?.[1]
    return code === undefined ? null : Number(code)
  }

  /** All that came since the last time, and whether the shell had begun with the call. What came before it did is of something that an earlier call left behind. */
  take(): { readonly begun: boolean; readonly text: string } {
    const text = Buffer.concat(this.#chunks).toString('utf8')
    this.#chunks = []
    this.#tail = ''
    const begin = text.indexOf(this.#begin)
    const end = this.#end.exec(text)?.index ?? text.length
    return begin === -1 ? { begun: false, text: '' } : { begun: true, text: text.slice(begin + this.#begin.length, end) }
  }
}
