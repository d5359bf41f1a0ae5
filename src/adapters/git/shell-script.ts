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
 * What to write to a POSIX shell so that it starts git with exactly these arguments, and says on both outputs when git is about to start, and when
 * and how it has ended. Nothing that goes wrong before (no process to be had, no such folder, no room for the input) is taken for an answer of git's.
 * @param mark stands in nothing that git says
 */
export function scriptFor({ args, cwd, env = {}, input = '' }: ShellCall, mark: string): string {
  const say = (what: string): string => `echo "${mark} ${what}" && echo "${mark} ${what}" >&2`
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)} && `)
  // `-P`: git takes the variable that `cd` sets for where it is.
  const start = `(cd -P ${quoted(cwd)} && ${variables.join('')}${say('begins')} && exec git ${args.map(quoted).join(' ')})`
  const from = input === '' ? '</dev/null' : `<<'${mark}'\n${input}${mark}`
  // As one group: of a script that was cut off, nothing is started. A parameter: a variable may be one of the person's.
  return `{ ${start} ${from}\nset -- "$?"; ${say('$1')} || exit; }\n`
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What comes on one output of a shell for one call. */
export class MarkedOutput {
  #chunks: Buffer[] = []
  /** The last bytes. */
  #tail = ''
  #exitCode: number | null = null
  readonly #begin: string
  readonly #end: RegExp
  readonly #longest: number

  /** @param mark what {@link scriptFor} was given */
  constructor(mark: string) {
    this.#begin = `${mark} begins\n`
    this.#end = new RegExp(`${mark} (\\d+)\n`)
    this.#longest = mark.length + ' 255\n'.length
  }

  /** Git's, once that has been said. */
  get exitCode(): number | null {
    return this.#exitCode
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    // Not only at its end: something that git left behind may have said more since.
    const latest = this.#tail + chunk.toString('latin1')
    const code = this.#end.exec(latest)?.[1]
    if (code !== undefined) this.#exitCode = Number(code)
    this.#tail = latest.slice(-this.#longest)
  }

  /** What git said; null: it was not about to start yet. What came before that is of something that an earlier call left behind. @throws {Error} when it is longer than a text can be */
  text(): string | null {
    const all = Buffer.concat(this.#chunks).toString('utf8')
    const begin = all.indexOf(this.#begin)
    return begin === -1 ? null : all.slice(begin + this.#begin.length, this.#end.exec(all)?.index)
  }
}
