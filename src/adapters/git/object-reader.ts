import { holdLoop, type KeptProcess } from './kept-process.js'
import { type FoundObject, ObjectAnswers, type ObjectQuestion } from './object-answers.js'

/** One git process that is kept, and asked about one object or ref after the other: starting one for each costs more than the answer. */
export interface ObjectReader {
  /**
   * What a name stands for at this moment. Null: nothing that could be told here, for whatever reason: then an ordinary git
   * process has to say whether it is not there or cannot be read.
   */
  find(name: string): Promise<FoundObject | null>
  /** The same with its bytes. */
  read(name: string): Promise<FoundObject | null>
}

/** Starts `git cat-file --batch-command`; null: there is nowhere to start it. */
export type StartReader = () => Promise<KeptProcess | null>

/** An agent may work for an hour: no process and no open pack waits for it that long. */
const idleMs = 30_000
/** Who was asking when a process ended asks its successor, once. */
const attempts = 2
/** So many that ended one after the other before any answer: no further one is tried. */
const mostFailures = 5

export function createObjectReader(start: StartReader): ObjectReader {
  let current: Promise<Conversation | null> | null = null
  let unanswered = 0
  const begin = async (): Promise<Conversation | null> => {
    unanswered++
    const child = await start()
    return child === null ? null : converse(child)
  }
  const conversation = async (): Promise<Conversation | null> => {
    const before = current
    if (before !== null && (await before)?.isOver() !== false && current === before) current = null
    if (current === null && unanswered >= mostFailures) return null
    current ??= begin()
    return current
  }
  const ask = async (question: ObjectQuestion): Promise<FoundObject | null> => {
    if (/[\n\0]/.test(question.name)) return null
    for (let n = 0; n < attempts; n++) {
      const answer = await (await conversation())?.ask(question)
      if (answer === undefined) return null
      if (answer === 'ended') continue
      unanswered = 0
      return answer === 'none' ? null : answer
    }
    return null
  }
  return {
    find: (name) => ask({ name, wants: 'id' }),
    read: (name) => ask({ name, wants: 'content' }),
  }
}

/** With one process, for as long as it lives. */
interface Conversation {
  /** `ended`: the process did before it answered. */
  ask(question: ObjectQuestion): Promise<FoundObject | 'none' | 'ended'>
  readonly isOver: () => boolean
}

interface Waiting {
  readonly question: ObjectQuestion
  readonly answer: (answer: FoundObject | 'none' | 'ended') => void
}

function converse(child: KeptProcess): Conversation {
  const waiting: Waiting[] = []
  const answers = new ObjectAnswers()
  let over = false
  let idle: NodeJS.Timeout | undefined
  const rest = (): void => {
    over = true
    child.stdin.end()
  }
  const end = (): void => {
    over = true
    clearTimeout(idle)
    for (const { answer } of waiting.splice(0)) answer('ended')
  }
  const pass = (): void => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const answer = answers.next(first.question)
      if (answer === 'more') return
      if (answer === 'foreign') {
        child.kill()
        end()
        return
      }
      waiting.shift()
      first.answer(answer ?? 'none')
    }
    holdLoop(child, false)
    clearTimeout(idle)
    idle = setTimeout(rest, idleMs).unref()
  }
  child.on('error', end).on('close', end)
  // It ended: that is told above.
  child.stdin.on('error', () => undefined)
  child.stdout.on('data', (chunk: Buffer) => {
    answers.add(chunk)
    pass()
  })
  holdLoop(child, false)
  const ask: Conversation['ask'] = (question) => {
    if (over) return Promise.resolve('ended')
    clearTimeout(idle)
    holdLoop(child, true)
    return new Promise((answer) => {
      waiting.push({ question, answer })
      child.stdin.write(`${question.wants === 'id' ? 'info' : 'contents'} ${question.name}\n`)
    })
  }
  return { ask, isOver: () => over }
}
