import { type ChildProcess, spawn } from 'node:child_process'

/** How a command ended, and what it printed: as much as the real program shows. */
export interface Ran {
  readonly exitCode: number | null
  readonly output: string
}

const mostShown = 30_000

/** The commands that run now, each the leader of its own process group, as those of the real program. */
const running = new Set<ChildProcess>()

/** Runs a command line in the shell. What it leaves in the background goes on. */
export const runShell = (command: string, cwd: string): Promise<Ran> => collect(start(command, [], { cwd, shell: true }))

/** Runs git without a shell. */
export const runGit = (args: readonly string[], cwd: string): Promise<Ran> => collect(start('git', args, { cwd, shell: false }))

/** Ends the commands that run now, with all that they started. */
export function endCommands(): void {
  for (const child of running) {
    if (child.pid === undefined) continue
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

function start(command: string, args: readonly string[], where: { cwd: string; shell: boolean }): ChildProcess {
  const detached = process.platform !== 'win32'
  return spawn(command, args, {
    ...where,
    detached,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CLAUDECODE: '1' },
  })
}

function collect(child: ChildProcess): Promise<Ran> {
  running.add(child)
  let output = ''
  const keep = (chunk: Buffer): void => {
    if (output.length < mostShown) output += chunk.toString('utf8')
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((resolve) => {
    const finish = (exitCode: number | null): void => {
      running.delete(child)
      resolve({ exitCode, output: output.slice(0, mostShown).trimEnd() })
    }
    child.on('error', (cause) => {
      output += cause.message
      finish(null)
    })
    child.on('close', finish)
    // A process left in the background holds the pipes open, and `close` would wait for it.
    child.on('exit', (code) => setTimeout(() => finish(code), 200))
  })
}
