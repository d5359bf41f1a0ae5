import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { setFrozen } from './freeze.js'
import { markerVariable } from './process-table.js'
import { climbStopLadder, endGroupOf, type StopLadder } from './stop-ladder.js'
import { endMarked } from './survivors.js'

/** A program to start. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  /** `file` is a command line for the platform's shell. */
  readonly shell: boolean
  readonly cwd: string
  /** The whole environment: nothing is inherited besides. */
  readonly env: Readonly<Record<string, string>>
  /** Goes into the environment as `ORCH_MARKER`; whatever still carries it when the program is gone is ended. */
  readonly marker: string
  /** Written to standard input, which is then closed. */
  readonly input: string
  readonly ladder: StopLadder
}

/** Receives output as it comes. While a promise is pending the program is not read from, so it is held back. */
export interface Ears {
  stdout(chunk: Buffer): void | Promise<void>
  stderr(chunk: Buffer): void | Promise<void>
}

/** How a program ended; `not-started` carries the system's code (`ENOENT`, `E2BIG` …). */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null; readonly stderrTail: string }
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }

export interface Child {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined
  /** Resolves when the program itself is gone; what it started may still be there. */
  readonly exited: Promise<unknown>
  /** Resolves, never rejects, when it is gone, its output has been heard and nothing that it started is left. */
  readonly ended: Promise<ChildEnd>
  /** Begins to end it; calling it again does nothing more. */
  stop(): void
  /** Stops it and all that it started where they stand. @returns false where that cannot be done */
  freeze(): Promise<boolean>
  thaw(): Promise<void>
}

/** How much of the end of standard error is kept, in bytes. */
const stderrKept = 64 * 1024
/** How long a gone program's output may stay open, held by something that it left behind. */
const drainMs = 1000
/** And how often it is looked whether it still is. */
const drainLookMs = 50

/** Starts a program in a process group of its own. */
export function startChild(launch: Launch, ears: Ears): Child {
  const subprocess = spawn(launch)
  const { pid } = subprocess
  const gone = exitOf(subprocess)
  const tail = new Tail(stderrKept)
  const streams = [
    listen(subprocess.stdout, (chunk) => ears.stdout(chunk)),
    listen(subprocess.stderr, (chunk) => {
      tail.push(chunk)
      return ears.stderr(chunk)
    }),
  ]
  const stopping: Promise<void>[] = []
  let frozen = false
  const thaw = async (): Promise<void> => {
    if (!frozen) return
    frozen = false
    await setFrozen(launch.marker, false)
  }
  const freeze = async (): Promise<boolean> => {
    if (pid === undefined || stopping.length > 0) return false
    frozen = true
    frozen = await setFrozen(launch.marker, true)
    // It may have been asked to end meanwhile, which who stands still does not hear.
    if (stopping.length > 0) await thaw()
    return frozen
  }
  const stop = (): void => {
    if (pid !== undefined && stopping.length === 0) stopping.push(thaw().then(() => climbStopLadder({ pid, gone }, launch.ladder)))
  }
  const ended = (async (): Promise<ChildEnd> => {
    const exit = await gone
    if (exit.kind === 'not-started' || pid === undefined) return exit
    await Promise.all(stopping)
    await drain(streams)
    endGroupOf(pid)
    await endMarked([launch.marker])
    await drain(streams)
    subprocess.stdout.destroy()
    subprocess.stderr.destroy()
    await Promise.all(streams.map((s) => s.over))
    return { ...exit, stderrTail: tail.text() }
  })()
  return { pid, exited: gone, ended, stop, freeze, thaw }
}

const spawn = (launch: Launch) =>
  execa(launch.file, launch.args, {
    shell: launch.shell,
    cwd: launch.cwd,
    env: { ...launch.env, [markerVariable]: launch.marker },
    extendEnv: false,
    detached: process.platform !== 'win32',
    input: launch.input,
    buffer: false,
    reject: false,
    windowsHide: true,
  })

/** The process's own end. execa's promise also waits for the pipes, which something left behind may hold open for ever. */
function exitOf(subprocess: ReturnType<typeof spawn>): Promise<ChildEnd> {
  return new Promise((resolve) => {
    subprocess.once('exit', (exitCode, signal) => {
      resolve({ kind: 'exited', exitCode, signal, stderrTail: '' })
    })
    void subprocess.then((result) => {
      if (subprocess.pid === undefined)
        resolve({ kind: 'not-started', code: result.code ?? 'UNKNOWN', message: result.originalMessage ?? result.shortMessage ?? '' })
      else resolve({ kind: 'exited', exitCode: result.exitCode ?? null, signal: result.signal ?? null, stderrTail: '' })
    })
  })
}

/** A stream that is listened to. */
interface Listening {
  /** Settles when it has ended, or was closed from our side because something left behind held it open; what was heard, counts. */
  readonly over: Promise<void>
  /** Settles when all that has come is taken in. */
  taken(): Promise<void>
}

function listen(stream: Readable, hear: (chunk: Buffer) => void | Promise<void>): Listening {
  let pending: Promise<void> | undefined
  const taken = async (): Promise<void> => await pending?.catch(() => undefined)
  stream.on('data', (chunk: Buffer) => {
    // Node lets a stream flow again when its program is gone: what comes then waits for its turn.
    const hearing = pending === undefined ? heardBy(hear, chunk) : pending.then(() => hear(chunk))
    if (hearing === undefined) return
    stream.pause()
    const mine = hearing.then(() => {
      if (pending !== mine) return
      pending = undefined
      stream.resume()
    })
    mine.catch(() => stream.destroy())
    pending = mine
  })
  const over = finished(stream).then(taken, taken)
  return { over, taken }
}

/** An ear that throws must cost its own program its voice, not orch its life. */
function heardBy(hear: (chunk: Buffer) => void | Promise<void>, chunk: Buffer): void | Promise<void> {
  try {
    return hear(chunk)
  } catch (bug) {
    return Promise.reject(new Error('Internal error: the output of a program could not be taken in', { cause: bug }))
  }
}

/** Until nothing more comes from the streams, or they were held open for long: the time in which what has come is taken in does not count. */
async function drain(streams: readonly Listening[]): Promise<void> {
  const over = Promise.all(streams.map((s) => s.over)).then(() => true)
  for (let listenedMs = 0; listenedMs < drainMs; listenedMs += drainLookMs) {
    if (await Promise.race([over, sleep(drainLookMs, false)])) return
    await Promise.all(streams.map((s) => s.taken()))
  }
}

/** The last bytes of a stream. */
export class Tail {
  #kept: Buffer = Buffer.alloc(0)

  constructor(private readonly most: number) {}

  push(chunk: Buffer): void {
    const all = chunk.length >= this.most ? chunk : Buffer.concat([this.#kept, chunk])
    this.#kept = Buffer.from(all.subarray(Math.max(0, all.length - this.most)))
  }

  text(): string {
    return this.#kept.toString('utf8')
  }
}
