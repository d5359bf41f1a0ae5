import { resolutionMessage } from '../core/commit-message.js'
import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { faultsOf, type ResolutionFaults } from '../core/policy/resolution.js'
import { err, ok, type Result } from '../core/result.js'
import type { Obstacle, Work } from '../core/work.js'
import { type Engine, failWork, stateOf } from './engine.js'
import { workspaceOf } from './workspace.js'

/**
 * Commits an agent's resolution as a merge, if it is one that may be taken; one that is refused stays in the worktree, where the next try finds it.
 * @param said at the end of the session
 */
export async function saveResolution(
  engine: Engine,
  work: Work,
  said: string,
): Promise<Result<{ commit: CommitId; changed: boolean }, Failure>> {
  const { obstacle } = work
  if (obstacle === null) throw new Error(`Internal error: ${work.id} has no conflict to commit`)
  const faults = await judge(engine, work, obstacle, said)
  if (!faults.ok) return faults
  const { outside, lostTests } = faults.value
  if (outside.length > 0 || lostTests.length > 0) return err({ reason: 'resolution-refused', files: obstacle.files, outside, lostTests })
  const { onto, files } = obstacle
  const message = resolutionMessage(stateOf(engine).run, work, files)
  const never = engine.config.git.envFiles
  const resolved = await engine.ports.repository.commitResolution(workspaceOf(work), { message, onto, files, never })
  if (!resolved.ok) return resolved
  if ('unresolved' in resolved.value) return err({ reason: 'conflict-unresolved', files: resolved.value.unresolved })
  return ok({ commit: resolved.value.commit, changed: true })
}

const sideOf = (work: Work): string => `conflicts/${work.id}-side.txt`

/** Remembers where the task's branch stood when the conflict was laid out: a person may have gone on there, and so may the session. */
export async function noteSide(engine: Engine, work: Work): Promise<boolean> {
  const tip = await engine.ports.repository.branchTip(workspaceOf(work).branch)
  if (tip.ok) await engine.ports.records.write(sideOf(work), tip.value)
  else await failWork(engine, work.id, tip.error)
  return tip.ok
}

const noFaults: ResolutionFaults = { outside: [], lostTests: [] }

/** Compares what lies in the worktree with what git merged by itself, and with what each side had brought. */
async function judge(engine: Engine, work: Work, { onto, files }: Obstacle, said: string): Promise<Result<ResolutionFaults, Failure>> {
  const { repository } = engine.ports
  const { path, base } = workspaceOf(work)
  const side = (await engine.ports.records.read(sideOf(work)))?.trim() ?? work.head
  if (side === null) throw new Error(`Internal error: ${work.id} has no commit to resolve`)
  const laid = await repository.tryMerge(side, onto, 'to compare with')
  if (!laid.ok) return laid
  if (laid.value.kind === 'merged') return ok(noFaults)
  const now = await repository.snapshot(path)
  if (!now.ok) return now
  const changed = await repository.changedFiles(laid.value.tree, now.value)
  if (!changed.ok) return changed
  const [ours, theirs] = [await repository.diff(base, side), await repository.diff(base, onto)]
  if (!ours.ok) return ours
  if (!theirs.ok) return theirs
  const result = await repository.diff(base, now.value)
  if (!result.ok) return result
  return ok(faultsOf({ files, changed: changed.value, said, sides: [ours.value, theirs.value], result: result.value }))
}
