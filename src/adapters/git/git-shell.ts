import { randomUUID } from 'node:crypto'
import { holdLoop, type KeptProcess, startKept } from './kept-process.js'
import { MarkedOutput, type ShellCall, scriptFor } from './shell-script.js'

export interface ShellAnswer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** `unable`: git was not started. `ended`: the shell ended while git was at work. */
export type ShellResult = ShellAnswer | 'unable' | 'ended'

/** A shell that is kept to start one git process after the other. */
export interface GitShell {
  readonly isFree: () => boolean
  readonly isOver: () => boolean
  /** Whether it ever answered: then nothing is wrong with shells here. */
  readonly hasAnswered: () => boolean
  /** For a free one only. @throws {Error} when git says more than a text can hold */
  run(call: ShellCall): Promise<ShellResult>
}

/** An agent may work for an hour: no shell waits for its end. */
const idleMs = 30_000

/** Null: it could not be started. @param program where POSIX systems have their shell */
export const startShell = (env: Readonly<Record<string, string>>, program = '/bin/sh'): KeptProcess | null =>
  startKept(program, [], { cwd: '/', env: onlyVariables(env), hearsErrors: true })

/** Bash takes more than variables from its environment: functions, also in the place of `cd`, and options, such as to end with the first git that fails. */
const onlyVariables = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => !value.startsWith('() {') && !['SHELLOPTS', 'BASHOPTS'].includes(name)))

/** One call that is under way. */
interface Asked {
  readonly stdout: MarkedOutput
  readonly stderr: MarkedOutput
  /** Null: the shell ended, and all that it said has come. */
  readonly tell: (exitCode: number | null) => void
}

export function talkTo(child: KeptProcess): GitShell {
  let asked: Asked | null = null
  let over = false
  let answered = false
  const end = (): void => {
    over = true
    clearTimeout(idle)
  }
  const rest = (): void => {
    end()
    child.stdin.end()
  }
  let idle = setTimeout(rest, idleMs).unref()
  const answer = (exitCode: number | null): void => {
    const tell = asked?.tell
    asked = null
    answered ||= exitCode !== null
    holdLoop(child, false)
    if (!over) idle = setTimeout(rest, idleMs).unref()
    tell?.(exitCode)
  }
  const hear = (output: 'stdout' | 'stderr', chunk: Buffer): void => {
    // Otherwise it is of something that an earlier call left behind.
    asked?.[output].add(chunk)
    if (asked?.stdout.exitCode != null && asked.stderr.exitCode !== null) answer(asked.stdout.exitCode)
  }
  child.stdin.on('error', () => undefined)
  child.stdout.on('data', (chunk: Buffer) => hear('stdout', chunk))
  child.stderr?.on('data', (chunk: Buffer) => hear('stderr', chunk))
  child.on('exit', end)
  // Only then all that it said has come; what was not started has no exit.
  child.on('close', () => {
    end()
    answer(null)
  })
  holdLoop(child, false)
  const run: GitShell['run'] = async (call) => {
    const mark = randomUUID()
    const [stdout, stderr] = [new MarkedOutput(mark), new MarkedOutput(mark)]
    clearTimeout(idle)
    holdLoop(child, true)
    const exitCode = await new Promise<number | null>((tell) => {
      asked = { stdout, stderr, tell }
      child.stdin.write(scriptFor(call, mark))
    })
    const text = stdout.text()
    if (text === null) return 'unable'
    return exitCode === null ? 'ended' : { exitCode, stdout: text, stderr: stderr.text() ?? '' }
  }
  return { isFree: () => asked === null && !over, isOver: () => over, hasAnswered: () => answered, run }
}
