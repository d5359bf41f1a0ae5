import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readFacts } from '../adapters/store/facts-log.js'
import { RunInbox } from '../adapters/store/inbox.js'
import { listRuns } from '../adapters/store/run-folders.js'
import { readHistory } from '../adapters/store/run-history.js'
import { readLock } from '../adapters/store/run-lock.js'
import { runPaths } from '../adapters/store/run-paths.js'
import type { RecordedFact } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { RunState } from '../core/run-state.js'
import type { Project } from './project.js'

/** A run as it stands on the disk; reading takes no lock and changes nothing. */
export interface SeenRun {
  readonly folder: string
  readonly state: RunState
  /** Somebody is carrying it out right now. */
  readonly running: boolean
}

/** The run that was started last, or the named one. Null: there is none. */
export async function seeRun(project: Project, run: string | null): Promise<Result<SeenRun | null, Failure>> {
  const runs = await listRuns(project.runsFolder)
  for (const { folder, run: id } of run === null ? runs : runs.filter((r) => r.run === run)) {
    const history = await readHistory(folder)
    if (!history.ok) return history
    const { state } = history.value
    // One that was killed before its first fact holds nothing.
    if (state === null) continue
    const holder = await readLock(project.lockFile)
    return ok({ folder, state, running: holder?.run === id })
  }
  return ok(null)
}

export async function factsOf(seen: SeenRun): Promise<Result<readonly RecordedFact[], Failure>> {
  const text = await readFacts(runPaths(seen.folder).facts)
  return text.ok ? ok(text.value.facts) : text
}

/** What the review answered that a person asked for last, of this task; null: it has not answered. */
export async function answerAskedFor(
  project: Project,
  id: string,
): Promise<Result<(RecordedFact & { readonly type: 'review-given' }) | null, Failure>> {
  const seen = await seeRun(project, null)
  if (!seen.ok || seen.value === null) return seen.ok ? ok(null) : seen
  const facts = await factsOf(seen.value)
  if (!facts.ok) return facts
  const asked = facts.value.findLastIndex((fact) => fact.type === 'review-asked' && fact.task === id)
  const answer = asked === -1 ? undefined : facts.value.slice(asked).find((fact) => fact.type === 'review-given' && fact.task === id)
  return ok(answer?.type === 'review-given' ? answer : null)
}

/** The transcript of a session, line by line; none yet: empty. */
export async function transcriptOf(seen: SeenRun, session: string, step: string): Promise<string> {
  return readFile(path.join(seen.folder, 'sessions', `${session}-${step}.jsonl`), 'utf8').catch(() => '')
}

/**
 * Lets a task be merged whose milestone wants a person's approval.
 * @returns whether the run is under way, and hears of it by itself
 */
export async function approveTask(
  project: Project,
  id: string,
  note: string | null,
): Promise<Result<{ readonly running: boolean }, Failure | string>> {
  const seen = await seeRun(project, null)
  if (!seen.ok) return seen
  const work = seen.value?.state.work[id]
  if (seen.value === null || work === undefined || work.milestone === null) return err(`there is no task ${id} in the last run`)
  if (!work.milestone.approval) return err(`${id} does not ask for an approval`)
  if (work.mergeCommit !== null) return err(`${id} is merged already`)
  await new RunInbox(seen.value.folder).approve(work.milestone.id, note)
  return ok({ running: seen.value.running })
}
