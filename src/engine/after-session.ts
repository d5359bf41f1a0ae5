import { type WorkId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { type Change, pathOf } from '../core/leak.js'
import type { SessionOutcome } from '../core/session.js'
import type { Work } from '../core/work.js'
import { currentWork, type Engine, record, stateOf } from './engine.js'
import { ownerOf } from './own-places.js'
import type { Sighting, Unexplained, WatchedSession } from './watch.js'
import { isWhole, workspaceOf } from './workspace.js'

/** Judges the end of a session by what changed where it has no business; also of one that was recalled. */
export async function afterSession(engine: Engine, work: Work, session: string, outcome: SessionOutcome): Promise<SessionOutcome> {
  const sighting = await engine.watch.end(watched(work, session), stateOf(engine), outcome.reach)
  await tellUnexplained(engine, session, sighting.unexplained)
  if (sighting.leaked.length === 0 && sighting.written.length === 0) return outcome
  return { kind: 'failed', usage: outcome.usage, failure: await leakFailure(engine, session, sighting), again: 'never' }
}

/** A session of this work, as the watch knows it. */
export const watched = (work: Work, session: string): WatchedSession => {
  const { path, branch } = workspaceOf(work)
  return { task: work.id, session, path, branch: isWhole(work) ? null : branch }
}

async function leakFailure(engine: Engine, session: string, { leaked, written }: Sighting): Promise<Failure> {
  const files = [...leaked.map(pathOf), ...written]
  const patch = await keepPatch(engine, session, `The session ${session} did this outside of its worktree.`, leaked)
  return { reason: 'leaked-outside-worktree', session, where: whereOf(leaked), files, patch }
}

const whereOf = (changes: readonly Change[]): string =>
  [...new Set(changes.map((c) => (c.kind === 'ref' ? (c.name === 'refs/stash' ? 'the stash' : 'refs') : (c.place ?? '/'))))].join(
    ' and ',
  ) || 'other folders'

/** What came to light of worktrees that wait, before they are used. @returns whether a task failed for it */
export async function afterAll(engine: Engine, stage: number): Promise<boolean> {
  const late = await engine.watch.catchUp(stateOf(engine))
  const before = stateOf(engine)
  await tellUnexplained(engine, wholeOf(stage), late)
  return stateOf(engine) !== before
}

/** What may be the person's own doing is told and fails nobody; in a task's own place it fails that task. */
async function tellUnexplained(engine: Engine, session: string, unexplained: readonly Unexplained[]): Promise<void> {
  const owners = unexplained.map(({ change }) => ownerOf(change, stateOf(engine))?.id ?? null)
  for (const owner of new Set(owners)) {
    const found = unexplained.filter((_, i) => owners[i] === owner)
    const tasks = [...new Set(found.flatMap((u) => u.tasks))]
    if (owner === null) await record(engine, { type: 'checkout-changed', tasks, files: namesOf(found) })
    else await failOwner(engine, session, { owner, tasks, found })
  }
}

const namesOf = (found: readonly Unexplained[]): readonly string[] => [...new Set(found.map(({ change }) => pathOf(change)))]

async function failOwner(
  engine: Engine,
  session: string,
  { owner, tasks, found }: { owner: WorkId; tasks: readonly WorkId[]; found: readonly Unexplained[] },
): Promise<void> {
  const text = `Somebody changed this in a place of ${owner} while ${tasks.join(', ')} worked.`
  const patch = await keepPatch(
    engine,
    `${session}-${owner}`,
    text,
    found.map((u) => u.change),
  )
  const failure: Failure = { reason: 'changed-from-outside', tasks, files: namesOf(found), patch }
  // What is merged already was merged from its commits, which nobody can change.
  const isFailable = currentWork(engine, owner).phase !== 'combined'
  if (isFailable) await record(engine, { type: 'task-failed', task: owner, failure })
  else await record(engine, { type: 'checkout-changed', tasks, files: namesOf(found) })
}

/** @returns where it is, relative to the repository */
async function keepPatch(engine: Engine, name: string, heading: string, changes: readonly Change[]): Promise<string> {
  const path = `leaks/${name}.patch`
  await engine.ports.records.write(path, `${heading}\n\n${await engine.watch.keep(changes)}`)
  return `.orch/runs/${stateOf(engine).run}/${path}`
}
