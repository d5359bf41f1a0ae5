import { counted } from '../core/counted.js'
import { unreachable } from '../core/result.js'
import { closedForAll, type RunState } from '../core/run-state.js'
import { isEnded, isSettled, type OpenSession, type Work } from '../core/work.js'
import type { LiveNote } from './live-notes.js'
import { countdown } from './moment.js'
import { doingWord } from './work-wording.js'

/** How a row looks: which sign and colour it gets. */
export type RowMood = 'done' | 'failed' | 'working' | 'pending' | 'waiting'

/** The most columns that a step's words take: rows are aligned by it. */
export const widestStep = 19

/** What a piece of work is at, in a word or two: at most `widestStep` columns. */
export interface StepWord {
  readonly mood: RowMood
  readonly word: string
}

const limitWord = 'waits for the limit'

const say = (mood: RowMood, word: string): StepWord => ({ mood, word })

/** A task's step, from its saved state and what was heard since. */
export function taskStep(state: RunState, work: Work, note: LiveNote | undefined, now: number): StepWord {
  if (work.held !== null && !isSettled(work)) return say('waiting', work.open?.running === true ? 'frozen' : 'waits for machine')
  if (note?.wait != null && note.wait.until > now && !isSettled(work)) return say('waiting', waitWord(note.wait, now))
  if (work.open !== null && !isEnded(work)) return sessionStep(work, work.open, { now, limited: closedForAll(state, now) !== null })
  if (note?.command === true && !isEnded(work))
    return say('working', work.phase === 'pending' || work.phase === 'opened' ? 'preparing' : 'checking')
  return work.phase === 'pending' ? say('pending', pendingWord(state, work)) : phaseStep(work)
}

function waitWord(wait: { readonly reason: 'limit' | 'retry' | 'pace'; readonly until: number }, now: number): string {
  return wait.reason === 'limit' ? limitWord : `${wait.reason === 'pace' ? 'its turn' : 'again'} in ${countdown(wait.until - now)}`
}

function sessionStep(work: Work, open: OpenSession, { now, limited }: { now: number; limited: boolean }): StepWord {
  if (!open.running && limited) return say('waiting', limitWord)
  if (!open.running) return say('waiting', open.notBefore > now ? `again in ${countdown(open.notBefore - now)}` : 'waits to go on')
  const round = open.step === 'review' ? work.reviews + 1 : open.step === 'remediate' ? work.rounds + 1 : 1
  const word = open.step === 'resolve' ? 'resolving conflict' : doingWord[open.step]
  return say('working', round > 1 && open.step !== 'resolve' ? `${word} round ${round}` : word)
}

/** A task that needs others of its stage says which, so that nobody wonders why it does not start. */
function pendingWord(state: RunState, work: Work): string {
  const missing = (work.milestone?.depends ?? []).filter((id) => isStillToCome(state.work[id]))
  if (missing.length === 0) return 'waiting'
  const named = `waits for ${missing.join(', ')}`
  return named.length <= widestStep ? named : `waits for ${counted(missing.length, 'task')}`
}

const isStillToCome = (work: Work | undefined): boolean => work !== undefined && work.phase !== 'combined' && work.phase !== 'merged'

function phaseStep(work: Work): StepWord {
  switch (work.phase) {
    case 'pending':
      return say('pending', 'waiting')
    case 'opened':
      return say('working', 'preparing')
    case 'ready':
      return say('waiting', 'ready to start')
    case 'worked':
      return say('working', 'checking')
    case 'checked':
      return say('working', 'checked')
    case 'reviewed':
      return say('working', 'reviewed')
    case 'unmergeable':
      return say('waiting', work.obstacle?.kind === 'red' ? 'red when combined' : 'in conflict')
    case 'approved':
      return needsApproval(work) ? say('waiting', `orch approve ${work.id}`) : say('done', 'approved')
    case 'combined':
      return say('done', 'combined')
    case 'merged':
      return say('done', 'merged')
    case 'failed':
      return say('failed', 'failed')
    case 'parked':
      return say('waiting', 'parked')
    case 'blocked':
      return say('failed', 'blocked')
    default:
      return unreachable(work.phase)
  }
}

/** What was done about a session of it that hung, while that matters. */
export const healthWord = (work: Work): 'nudged' | 'restarted' | null =>
  work.remedy === null || isSettled(work) ? null : work.remedy === 'nudge' ? 'nudged' : 'restarted'

/** The work is done and reviewed, and a person must say yes before it is merged. */
export const needsApproval = (work: Work): boolean =>
  work.phase === 'approved' && work.milestone?.approval === true && !work.approvedByPerson

/** The step of a stage's whole: combining, checking and reviewing the combination, landing. */
export function wholeStep(state: RunState, whole: Work, note: LiveNote | undefined, now: number): StepWord {
  const stage = state.stages.find((s) => s.stage === whole.stage)
  if (stage?.phase === 'failed') return say('failed', 'failed')
  if (stage?.phase === 'held') return say('waiting', 'held back')
  if (whole.phase === 'merged') return say('done', 'landed')
  if (isStillCombining(whole)) return combining(state, whole, note)
  if (note?.wait == null && whole.open?.running === true && whole.open.step === 'review') return say('working', 'reviewing the whole')
  if (note?.command === true) return say('working', 'checking the whole')
  if (whole.phase === 'approved') return say('working', 'landing')
  return taskStep(state, whole, note, now)
}

/** Tasks are still to join it: its folder may be there, but what is in it is not all. */
export const isStillCombining = (whole: Work): boolean =>
  whole.open === null && (whole.phase === 'pending' || whole.phase === 'opened' || whole.phase === 'ready')

function combining(state: RunState, whole: Work, note: LiveNote | undefined): StepWord {
  if (note?.command === true) return say('working', 'checking the whole')
  const tasks = Object.values(state.work).filter((w) => w.stage === whole.stage && w.id !== whole.id)
  const settled = tasks.filter(isSettled).length
  if (settled < tasks.length) return say('pending', `waits for ${counted(tasks.length - settled, 'task')}`)
  return tasks.some(needsApproval) ? say('waiting', 'waits for approval') : say('working', 'combining')
}
