import pMap from 'p-map'
import { baseMergeMessage } from '../core/commit-message.js'
import { type CommitId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { nestedWords } from '../core/kept-worktree.js'
import type { Result } from '../core/result.js'
import { stageOf, tasksOf, workOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { type Engine, record, stateOf } from './engine.js'
import { moveIntegration } from './integration.js'
import type { Closing } from './ports/repository.js'
import { keepSparesFor } from './spares.js'
import { workspaceOf } from './workspace.js'

/**
 * Moves the person's branch to the finished stage, by one compare-and-swap. When the person committed meanwhile, their
 * commits are joined first and the checks run again on the result.
 * @returns what a person must see to; null when it landed, or when more work is to be done first
 */
export async function landStage(engine: Engine, stage: number): Promise<Failure | null> {
  const { repository } = engine.ports
  const { baseBranch } = stateOf(engine)
  const whole = workOf(stateOf(engine), wholeOf(stage))
  const { branch } = stageOf(stateOf(engine), stage)
  if (whole.head === null || branch === null) throw new Error(`Internal error: stage ${stage} has nothing to land`)
  const live = await repository.branchTip(baseBranch)
  if (!live.ok) return live.error
  const joined = workspaceOf(whole).base
  const contained = await repository.isAncestor(whole.head, live.value)
  if (!contained.ok) return contained.error
  const forward = await repository.isAncestor(live.value, whole.head)
  if (!forward.ok) return forward.error
  // A crash may have fallen between the move and its fact; then only the checkout may still be behind.
  if (!contained.value && (live.value !== joined || !forward.value)) return joinPersonsCommits(engine, whole, live.value)
  if (!contained.value || live.value === whole.head) {
    const landed = await repository.land(baseBranch, joined, whole.head, branch)
    // Somebody was quicker: look again.
    if (!landed.ok && landed.error.reason === 'branch-moved') return null
    if (!landed.ok) return landed.error
  }
  await record(engine, { type: 'stage-landed', stage, branch: baseBranch, from: joined, to: whole.head })
  return null
}

/** The person's commits first, the stage second: their history stays the first parent. */
async function joinPersonsCommits(engine: Engine, whole: Work, live: CommitId): Promise<Failure | null> {
  const { repository } = engine.ports
  const { baseBranch, run } = stateOf(engine)
  const { path, branch } = workspaceOf(whole)
  if (whole.head === null) throw new Error(`Internal error: ${whole.id} has no commit`)
  const merge = await repository.tryMerge(live, whole.head, baseMergeMessage(run, whole.stage, baseBranch))
  if (!merge.ok) return merge.error
  if (merge.value.kind === 'conflict') return { reason: 'base-conflict', files: merge.value.files, branch }
  const moved = await moveIntegration(engine, whole.stage, merge.value.commit)
  if (!moved.ok) return moved.error
  const there = await repository.openScratch(path, merge.value.commit)
  if (!there.ok) return there.error
  await record(engine, { type: 'base-joined', task: whole.id, onto: live, commit: merge.value.commit })
  return null
}

/** So many at a time: enough to keep a disk busy, and few enough for everything else. */
const closedAtOnce = 4

/** Puts the worktrees of what has landed away and removes its branches. One that holds anything else is kept. */
export async function tidyStage(engine: Engine, stage: number): Promise<void> {
  const state = stateOf(engine)
  const landed = stageOf(state, stage).landed
  const whole = state.work[wholeOf(stage)]
  const works = tasksOf(state, stage).filter((w) => w.phase === 'merged' && w.workspaceOpen)
  if (landed === null || (works.length === 0 && whole?.workspaceOpen !== true)) return
  await keepSparesFor(engine, stage + 1)
  const ended = await pMap(works, (work) => closeTask(engine, work, landed.to).then(...asEnded), { concurrency: closedAtOnce })
  for (const bug of ended) if (bug !== null) throw bug.thrown
  if (whole?.workspaceOpen === true) await closeWhole(engine, whole, landed.to)
}

/** Nothing is told before all of them have ended: what goes on alone would meet a closed journal. */
const asEnded = [() => null, (bug: unknown) => ({ thrown: bug })] as const

async function closeTask(engine: Engine, work: Work, landed: CommitId): Promise<void> {
  const closed = await engine.ports.repository.closeWorkspace(workspaceOf(work), landed)
  await engine.ports.leases.release(workspaceOf(work).path)
  if (closed.ok && closed.value.isClosed) await record(engine, { type: 'workspace-closed', task: work.id })
  else tellKept(engine, work, closed)
}

function tellKept(engine: Engine, work: Work, closed: Result<Closing, Failure>): void {
  const nested = closed.ok ? closed.value.nested : []
  const why = closed.ok ? 'holds more than what was merged and is kept' : 'could not be put away and is kept'
  const what = nested.length === 0 ? why : `is kept: ${nestedWords(nested, workspaceOf(work).path)}`
  engine.ports.listener.progressed({ type: 'noticed', text: `${work.id}: its worktree ${what}` })
}

async function closeWhole(engine: Engine, whole: Work, landed: CommitId): Promise<void> {
  const workspace = workspaceOf(whole)
  await engine.ports.leases.release(workspace.path)
  const emptied = await engine.ports.repository.closeScratch(workspace.path)
  if (!emptied.ok || !emptied.value.isClosed) {
    tellKept(engine, whole, emptied)
    return
  }
  // Without its worktree, what is left is the integration branch, all of which has landed.
  const closed = await engine.ports.repository.closeWorkspace(workspace, landed)
  if (closed.ok) await record(engine, { type: 'workspace-closed', task: whole.id })
}
