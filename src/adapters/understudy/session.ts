import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStep } from '../../core/session.js'
import { act, type Scene } from './act.js'
import { answerOf } from './answer.js'
import { addBills } from './bill.js'
import { type Ending, tellEnding } from './ending.js'
import type { Memory } from './memory.js'
import { choosePart, type Part } from './part.js'
import type { Action, ReviewEntry, Script } from './script.js'

/** Who the understudy is in this session, as the environment tells it. */
export interface Role {
  readonly task: string
  readonly step: SessionStep
  /** Changes with every attempt or review that orch counts. */
  readonly turn: string
  /** The answer goes into `structured_output`. */
  readonly structured: boolean
  /** Milliseconds between two actions, for the eyes of a person. */
  readonly pauseMs: number
}

/** Plays one session from where its conversation stands to its end. @returns the exit code */
export async function play(role: Role, scripts: readonly Script[], scene: Scene & { memory: Memory }): Promise<number> {
  const { stream, memory } = scene
  await stream.init()
  await stream.rateLimit({ status: 'allowed', isUsingOverage: false })
  const closed = memory.closedUntil()
  if (closed !== null && scene.now() < closed.resetsAt * 1000) return tellEnding({ kind: 'limited', ...closed }, stream, memory)
  const place = takePlace(role, memory)
  const part = choosePart(scripts, { ...role, entry: place.entry, brief: memory.conversation.brief })
  const ending = await performAll(role, part, scene)
  return finish(ending ?? (await closingWords(role, part, scene)), { role, review: part.review, scene })
}

/** Where the conversation was cut off, or the beginning of the next round. */
function takePlace(role: Role, memory: Memory): { entry: number } {
  const { conversation } = memory
  if (conversation.open?.step !== role.step) {
    const entry = memory.takeEntry(role.step, role.turn)
    conversation.open = { step: role.step, turn: role.turn, entry, next: 0 }
  }
  memory.save()
  return conversation.open
}

async function performAll(role: Role, part: Part, scene: Scene & { memory: Memory }): Promise<Ending | null> {
  const { open } = scene.memory.conversation
  if (open === null) throw new Error('Internal error: no place in the conversation')
  for (const [index, action] of part.actions.entries()) {
    if (index < open.next || !mayHappen(action, `${part.name}[${index}]`, scene.memory)) continue
    const ending = await act(action, scene)
    // Interrupted meanwhile: the action counts as not done.
    if (scene.stream.ended) return { kind: 'hanging' }
    // Repeated on the next start when it is to happen always.
    open.next = ending !== null && happensAlways(action) ? index : index + 1
    scene.memory.save()
    if (ending !== null) return ending
    await sleep(role.pauseMs)
  }
  return null
}

const happensAlways = (action: Action): boolean => ('repeat' in action ? action.repeat : 'once' in action ? !action.once : true)

/** One-time actions are marked before they happen, since some of them leave no time afterwards. */
function mayHappen(action: Action, key: string, memory: Memory): boolean {
  if (happensAlways(action)) return true
  if (memory.task.fired.includes(key)) return false
  memory.task.fired.push(key)
  memory.save()
  return true
}

async function closingWords(role: Role, part: Part, { stream, memory }: Scene & { memory: Memory }): Promise<Ending> {
  if (role.step !== 'review') return { kind: 'done', text: `Done: ${role.step} ${role.task}.` }
  if (part.review !== null && 'garbage' in part.review) {
    const { garbage } = part.review
    return { kind: 'done', text: garbage === true ? 'Looks good to me! I would merge this.' : garbage }
  }
  const answer = { ...answerOf(part.review, memory.conversation.brief) }
  const text = JSON.stringify(answer)
  if (!role.structured) return { kind: 'done', text }
  await stream.endTool(await stream.beginTool('StructuredOutput', answer), 'Structured output provided successfully', false)
  return { kind: 'done', text, structured: answer }
}

/** The turn counts as ended once its result is out: killed before, it is played again. */
async function finish(ending: Ending, at: { role: Role; review: ReviewEntry | null; scene: Scene & { memory: Memory } }): Promise<number> {
  const { stream, memory } = at.scene
  const exitCode = await tellEnding(ending, stream, memory)
  const { spent, open } = memory.conversation
  memory.conversation.spent = addBills(spent, stream.used)
  if (ending.kind === 'done' && open !== null) {
    memory.endTurn(at.role.step, at.review !== null && 'garbage' in at.review)
    memory.conversation.open = null
  }
  memory.save()
  return exitCode
}
