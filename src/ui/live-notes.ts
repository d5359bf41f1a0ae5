import type { Progress, RecordedFact, WorkId } from '../core/fact.js'
import { oneLine } from './harmless.js'

/** What was heard about one piece of work since its last fact: shown, never saved. */
export interface LiveNote {
  /** Tool and file, or the command that runs. */
  readonly doing: string
  /** A command of orch's own runs (a check, an entry requirement, setup). */
  readonly command: boolean
  /** Of the session under way, in US dollars; null when unknown. */
  readonly costUsd: number | null
  readonly wait: { readonly reason: 'limit' | 'retry' | 'pace'; readonly until: number; readonly detail: string } | null
}

/** By task; the empty key holds what concerns the whole run. */
export type LiveNotes = ReadonlyMap<WorkId, LiveNote>

const blank: LiveNote = { doing: '', command: false, costUsd: null, wait: null }

/**
 * A fact about a piece of work makes older notes about it stale; one about a stage, or about a task that could not be
 * combined, those about the stage's whole; a limit that was lifted ends every wait for it.
 */
export function afterFact(notes: LiveNotes, fact: RecordedFact): LiveNotes {
  const next = new Map(notes)
  if ('task' in fact) next.delete(fact.task)
  if ('stage' in fact || fact.type === 'merge-conflicted' || fact.type === 'combination-refused')
    for (const key of notes.keys()) if (isWhole(key)) next.delete(key)
  if (fact.type === 'limit-lifted' || fact.type === 'run-ended' || fact.type === 'run-resumed')
    for (const [key, note] of next) next.set(key, { ...note, wait: null })
  return next
}

const isWhole = (id: WorkId): boolean => id.startsWith('stage-')

/** Progress replaces what was noted before, but a cost that is known is kept. */
export function afterProgress(notes: LiveNotes, progress: Progress): LiveNotes {
  if (progress.type === 'noticed') return notes
  const key = progress.task ?? ''
  const before = notes.get(key) ?? blank
  return new Map(notes).set(key, noteOf(before, progress))
}

function noteOf(before: LiveNote, progress: Exclude<Progress, { type: 'noticed' }>): LiveNote {
  switch (progress.type) {
    case 'session-progressed':
      return { doing: oneLine(progress.doing), command: false, costUsd: progress.costUsd ?? before.costUsd, wait: null }
    case 'command-running':
      return { ...before, doing: oneLine(progress.command), command: true, wait: null }
    case 'waiting':
      return {
        ...before,
        doing: '',
        command: false,
        wait: { reason: progress.reason, until: progress.until, detail: oneLine(progress.detail) },
      }
  }
}
