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
  /** For a free one only. */
  run(call: ShellCall): Promise<ShellResult>
}

/** An agent may work for an hour: no shell waits for its end. */
const idleMs = 30_000

/** Null: it could not be started. @param program where POSIX systems have their shell */
export const startShell = (env: Readonly<Record<string, string>>, program = '/bin/sh'): KeptProcess | null =>
  startKept(program, [], { cwd: '/', env: withoutFunctions(env), hearsErrors: true })

/** Bash takes functions from its environment, also in the place of `cd`. */
const withoutFunctions = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('BASH_FUNC_')))

export function talkTo(child: KeptProcess): GitShell {
  const mark = randomUUID()
  const [stdout, stderr] = [new MarkedOutput(mark), new MarkedOutput(mark)]
  let told: ((result: ShellResult) => void) | null = null
  let pending = 0
  let over = false
  const rest = (): void => {
    over = true
    child.stdin.end()
  }
  let idle = setTimeout(rest, idleMs).unref()
  const answer = (result: ShellResult): void => {
    const tell = told
    told = null
    holdLoop(child, false)
    if (!over) idle = setTimeout(rest, idleMs).unref()
    tell?.(result)
  }
  const hear = (output: MarkedOutput, chunk: Buffer): void => {
    const exitCode = output.add(chunk)
    if (told === null) output.take()
    else if (exitCode !== null && --pending === 0) answer({ exitCode, stdout: stdout.take().text, stderr: stderr.take().text })
  }
  child.stdin.on('error', () => undefined)
  child.stdout.on('data', (chunk: Buffer) => hear(stdout, chunk))
  child.stderr?.on('data', (chunk: Buffer) => hear(stderr, chunk))
  // Only then all that it said has come.
  child.on('close', () => {
    over = true
    clearTimeout(idle)
    answer(stdout.take().begun ? 'ended' : 'unable')
  })
  holdLoop(child, false)
  const run: GitShell['run'] = (call) =>
    new Promise((tell) => {
      clearTimeout(idle)
      told = tell
      pending = 2
      holdLoop(child, true)
      child.stdin.write(scriptFor(call, mark))
    })
  return { isFree: () => told === null && !over, isOver: () => over, run }
}
