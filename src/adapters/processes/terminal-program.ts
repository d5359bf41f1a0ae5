import { constants } from 'node:os'
import { execa } from 'execa'

interface TerminalProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Runs a program in this terminal, as if a person had typed it: it has the keyboard and the screen, and Ctrl-C is its own.
 * @returns its exit status; of one that a signal ended 128 and the signal's number, as shells say it
 */
export async function startTerminalProgram({ file, args, cwd, env }: TerminalProgram): Promise<number> {
  const ignore = (): void => undefined
  // The terminal sends them to the program as well, which decides.
  process.on('SIGINT', ignore)
  try {
    const ended = await execa(file, args, { cwd, env, extendEnv: false, stdio: 'inherit', reject: false })
    if (ended.exitCode !== undefined) return ended.exitCode
    return ended.signal === undefined ? 127 : 128 + constants.signals[ended.signal]
  } finally {
    process.off('SIGINT', ignore)
  }
}
