import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SessionStep } from '../../core/session.js'
import { type Bill, noBill } from './bill.js'
import type { Brief } from './brief.js'

/** One conversation, found again by `--resume`. */
export interface Conversation {
  readonly id: string
  brief: Brief
  /** What all its finished turns cost. */
  spent: Bill
  /** Where it stands in a list of actions that it has not finished. */
  open: { step: SessionStep; turn: string; entry: number; next: number } | null
}

/** One time that a step was asked for. */
interface Turn {
  readonly turn: string
  readonly entry: number
  /** Brought to its end. */
  ended: boolean
  /** Its answer was of no use: asked again, it gives the next. */
  spent: boolean
}

/** What a task's sessions know of each other: which one-time actions have happened, and which round it is. */
export interface TaskMemory {
  readonly fired: string[]
  turns: Partial<Record<SessionStep, Turn[]>>
}

/** The small files under `$UNDERSTUDY_HOME`. Each is replaced whole, so that a kill at any instant leaves the old or the new one. */
export class Memory {
  readonly conversation: Conversation
  readonly task: TaskMemory

  private constructor(
    private readonly home: string,
    private readonly key: { run: string; task: string },
    conversation: Conversation,
  ) {
    this.conversation = conversation
    this.task = readJson<TaskMemory>(this.taskFile) ?? { fired: [], turns: {} }
  }

  /** Begins a conversation; null when the id is taken. */
  static begin(home: string, key: { run: string; task: string }, start: { id: string; brief: Brief }): Memory | null {
    const conversation: Conversation = { ...start, spent: noBill, open: null }
    const file = conversationFile(home, start.id)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    try {
      writeFileSync(file, JSON.stringify(conversation), { flag: 'wx', mode: 0o600 })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return null
      throw cause
    }
    return new Memory(home, key, conversation)
  }

  /** Continues a conversation; null when the id is unknown. */
  static resume(home: string, key: { run: string; task: string }, id: string): Memory | null {
    const conversation = /^[\w-]+$/.test(id) ? readJson<Conversation>(conversationFile(home, id)) : null
    return conversation === null ? null : new Memory(home, key, conversation)
  }

  save(): void {
    writeJson(conversationFile(this.home, this.conversation.id), this.conversation)
    writeJson(this.taskFile, this.task)
  }

  /** Which entry of a step's rounds this turn gets; the same turn asked again gets the same, unless its answer was of no use. */
  takeEntry(step: SessionStep, turn: string): number {
    const turns = this.task.turns[step] ?? []
    const last = turns.findLast((t) => t.turn === turn) ?? turns.at(-1)
    const isRepeat = last !== undefined && !last.spent && (last.turn === turn || !last.ended)
    const entry = last === undefined ? 0 : isRepeat ? last.entry : last.entry + 1
    this.task.turns[step] = [...turns, { turn, entry, ended: false, spent: false }]
    return entry
  }

  endTurn(step: SessionStep, spent: boolean): void {
    const last = this.task.turns[step]?.at(-1)
    if (last === undefined) return
    last.ended = true
    last.spent = spent
  }

  /** The account's closed window, which every session of the run meets until it opens. Epoch seconds. */
  closedUntil(): { resetsAt: number; window: string } | null {
    return readJson(this.limitFile)
  }

  closeWindow(limit: { resetsAt: number; window: string }): void {
    writeJson(this.limitFile, limit)
  }

  private get taskFile(): string {
    return join(this.home, 'tasks', safeName(this.key.run), fileName(this.key.task))
  }

  private get limitFile(): string {
    return join(this.home, 'limits', fileName(this.key.run))
  }
}

const conversationFile = (home: string, id: string): string => join(home, 'conversations', fileName(id))

const safeName = (name: string): string => name.replace(/[^\w-]/g, '_')

const fileName = (name: string): string => `${safeName(name)}.json`

// The shapes are this program's own: what it reads is what it wrote.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(value), { mode: 0o600 })
  renameSync(draft, file)
}
