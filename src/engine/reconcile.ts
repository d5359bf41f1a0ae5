import type { CommitId } from '../core/fact.js'
import { stageOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { type Engine, record, stateOf } from './engine.js'
import { isWhole } from './workspace.js'

/**
 * Git is the truth about work: where a task's branch went on from the commit that the checkpoint knows, by a person's
 * hand or because orch died between a commit and its fact, what the branch holds counts, and is checked and reviewed anew.
 */
export async function believeGit(engine: Engine): Promise<void> {
  for (const work of Object.values(stateOf(engine).work)) if (isAtRest(engine, work)) await compare(engine, work)
}

/** Work whose next attempt will look at the branch anyway, or that has ended, needs no comparing. */
const isAtRest = (engine: Engine, work: Work): boolean =>
  !isWhole(work) &&
  work.open === null &&
  (work.phase === 'worked' || work.phase === 'checked' || work.phase === 'reviewed' || work.phase === 'approved') &&
  stageOf(stateOf(engine), work.stage).phase === 'running'

async function compare(engine: Engine, work: Work): Promise<void> {
  if (work.workspace === null || work.head === null) return
  const tip = await engine.ports.repository.branchTip(work.workspace.branch)
  if (!tip.ok || tip.value === work.head) return
  const ahead = await engine.ports.repository.isAncestor(work.head, tip.value)
  if (ahead.ok && ahead.value) await believeBranch(engine, work, tip.value)
}

/** What the branch holds counts from now on; nothing that was said about other commits stands for it. */
async function believeBranch(engine: Engine, work: Work, tip: CommitId): Promise<void> {
  const { head, obstacle } = work
  if (head === null) throw new Error(`Internal error: ${work.id} has no commit to compare with`)
  await record(engine, { type: 'git-believed', task: work.id, expected: head, commit: tip })
  if (obstacle === null) return
  // Whoever went on there has brought in what it could not be merged with.
  const joined = await engine.ports.repository.isAncestor(obstacle.onto, tip)
  if (joined.ok && joined.value) await record(engine, { type: 'base-joined', task: work.id, onto: obstacle.onto, commit: tip })
}
