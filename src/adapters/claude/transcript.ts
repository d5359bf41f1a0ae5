import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SessionStep } from '../../core/session.js'
import { BlockWriter } from './block-writer.js'
import { type Grounds, ReachGatherer } from './reach.js'
import { emptyLog, follow, type SessionLog } from './session-log.js'
import { readLine, StreamReader } from './stream.js'

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

/** The raw output of the program, one invocation after the other, each begun by a line of orch's own. */
export class Transcript {
  readonly #writer: BlockWriter
  /** Settles, if ever, with why nothing more can be written. */
  readonly broken: Promise<unknown>

  private constructor(private readonly file: FileHandle) {
    this.#writer = new BlockWriter(file)
    this.broken = this.#writer.broken
  }

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
    return this.#writer.add(lines, pressing)
  }

  /** On the disk before it returns: a result that is not found again would be paid for twice. */
  async close(): Promise<void> {
    try {
      await this.#writer.end()
      await this.file.sync()
    } finally {
      await this.file.close()
    }
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
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '')
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
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
      if (readLine(line).some((e) => e.kind === 'init' || e.kind === 'result')) return true
  }
  return false
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
