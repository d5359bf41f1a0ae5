import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SessionStep } from '../../core/session.js'
import { type Grounds, ReachGatherer } from './reach.js'
import { emptyLog, follow, type SessionLog } from './session-log.js'
import { readLine, StreamReader } from './stream.js'
import { linesIn } from './transcript-lines.js'

/** Where the output of a session's invocations of one step is kept, below the run's folder. */
export const transcriptPath = (folder: string, session: string, step: SessionStep): string =>
  join(folder, 'sessions', `${session}-${step}.jsonl`)

const steps: readonly SessionStep[] = ['implement', 'remediate', 'resolve', 'review']

/** What orch writes down when it starts the program. */
interface Beginning {
  readonly session: string
  readonly step: SessionStep
  /** Of the attempt or review. */
  readonly number: number
  readonly resumes: boolean
  readonly cwd: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** So much is written at once without waiting for more. Bytes. */
const worthWriting = 128 * 1024
/** And so much waits for a slow disk at most: the program is held back. Bytes. */
const mostWaiting = 256 * 1024
/** What is no news to anybody waits so long for more to be written with it. Milliseconds. */
const patienceMs = 100

/** The raw output of the program, one invocation after the other, each begun by a line of orch's own. */
export class Transcript {
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #patience: NodeJS.Timeout | undefined
  #writing: Promise<void> | null = null
  #error: unknown = null
  #break: (error: unknown) => void = () => undefined
  /** Settles, if ever, with why nothing more can be written. */
  readonly broken = new Promise<unknown>((resolve) => {
    this.#break = resolve
  })

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string, begins: Beginning): Promise<Transcript> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    const { size } = await file.stat()
    // A kill may have cut the last line short: what comes next must not become part of it.
    await file.appendFile(`${size > 0 ? '\n' : ''}${JSON.stringify({ type: 'orch_invocation', ...begins })}\n`)
    return new Transcript(file)
  }

  /**
   * Whole lines, to be written in order.
   * @param pressing they decide how the session is judged or gone on with: should orch be killed, they must be found
   * @returns what to wait for before more is added; undefined: nothing
   */
  add(lines: readonly Buffer[], pressing: boolean): Promise<void> | undefined {
    if (this.#error !== null) return undefined
    for (const bytes of lines) {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
    }
    if (pressing || this.#waitingBytes >= worthWriting) this.#write()
    else if (this.#waitingBytes > 0) this.#patience ??= setTimeout(() => this.#write(), patienceMs)
    return this.#waitingBytes > mostWaiting ? (this.#writing ?? undefined) : undefined
  }

  /** On the disk before it returns: a result that is not found again would be paid for twice. */
  async close(): Promise<void> {
    try {
      this.#write()
      await this.#writing
      if (this.#error !== null) throw this.#error
      await this.file.sync()
    } finally {
      await this.file.close()
    }
  }

  /** What comes while the disk is at work goes there together after that. */
  #write(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    if (this.#waiting.length > 0) this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeTogether(this.#taken())
    } catch (error) {
      this.#error = error
      this.#waiting = []
      this.#break(error)
    }
    this.#writing = null
  }

  #taken(): readonly Buffer[] {
    const taken = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    return taken
  }

  async #writeTogether(lines: readonly Buffer[]): Promise<void> {
    let { bytesWritten: done } = await this.file.writev(lines)
    if (done === lines.reduce((sum, { length }) => sum + length, 0)) return
    const all = Buffer.concat(lines)
    while (done < all.length) done += (await this.file.write(all, done)).bytesWritten
  }
}

/** The last invocation in a transcript. */
export interface LastInvocation {
  readonly log: SessionLog
  /** Null: it does not say where it ran. */
  readonly reach: ReachGatherer | null
  /** Its end was seen: orch did not die while it ran. */
  readonly isOver: boolean
}

/** What the last invocation in a transcript came to; null when there is no transcript. */
export async function readTranscript(path: string, grounds: Grounds): Promise<LastInvocation | null> {
  if (!(await exists(path))) return null
  let last: LastInvocation = { log: emptyLog, reach: null, isOver: false }
  const reader = new StreamReader()
  // Whole lines: they were cut to a bearable length when they were written.
  for await (const line of linesIn(path))
    if (line.trim() !== '')
      for (const event of reader.read(line)) {
        if (event.kind === 'invocation')
          last = { ...last, reach: event.cwd === null ? null : new ReachGatherer(event.cwd, grounds, event.at ?? 0), isOver: false }
        await last.reach?.heard(event)
        last = { ...last, log: follow(last.log, event), isOver: last.isOver || event.kind === 'ended' }
      }
  return last
}

/** Whether any invocation of the session got as far as beginning a conversation. */
export async function hasConversation(folder: string, session: string): Promise<boolean> {
  for (const step of steps) {
    const path = transcriptPath(folder, session, step)
    if (!(await exists(path))) continue
    for await (const line of linesIn(path)) if (readLine(line).some((e) => e.kind === 'init' || e.kind === 'result')) return true
  }
  return false
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
