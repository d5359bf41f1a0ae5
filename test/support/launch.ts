import { spawn } from 'node:child_process'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'

/** How a program ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running program. */
export interface Launched {
  readonly pid: number
  /** Never rejects. */
  readonly ended: Promise<Ended>
  /** To the process alone, as `kill` does. */
  kill(signal: NodeJS.Signals): void
  /** To its whole process group, as Ctrl-C in a terminal does. */
  killGroup(signal: NodeJS.Signals): void
  /** Closes our end of its streams, as our death would. */
  stopListening(): void
  /** What it printed so far, on both streams. */
  printed(): string
  /** Resolves once it has printed that; rejects when it ends without. */
  waitFor(pattern: RegExp): Promise<void>
}

export interface LaunchOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds after which it is killed. */
  readonly timeout: number
  /** For standard input, which is closed after it. */
  readonly input?: string
}

/** Starts a Node program in a process group of its own. */
export function launch(script: string, args: readonly string[], options: LaunchOptions): Launched {
  const child = spawn(process.execPath, [script, ...args], { cwd: options.cwd, env: { ...options.env }, detached: true, stdio: 'pipe' })
  const output = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const watch of watchers) watch()
    })
  // A program that ends without reading its input is no fault of the test.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout)
  /** Nothing more comes: a whole second has passed in which it could be heard, however busy the machine. */
  const quiet = async (): Promise<void> => {
    for (let heard = -1, still = 0; still < 10; still = heard === printed().length ? still + 1 : 0) {
      heard = printed().length
      await sleep(100)
      await immediate()
    }
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    const finish = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      resolve({ exitCode, signal, ...output })
    }
    child.on('close', finish)
    // What it left behind may hold its pipes open for ever.
    child.on('exit', (exitCode, signal) => void quiet().then(() => finish(exitCode, signal)))
  })
  const printed = (): string => output.stdout + output.stderr
  return {
    pid: child.pid ?? -1,
    ended,
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal)
    },
    stopListening: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    printed,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (!pattern.test(printed())) return
          watchers.delete(watch)
          resolve()
        }
        watchers.add(watch)
        void ended.then(() => reject(new Error(`It ended without printing ${pattern}:\n${printed()}`)))
        watch()
      }),
  }
}
