import { startingBranch } from '../adapters/git/discover.js'
import { listRuns } from '../adapters/store/run-folders.js'
import { readHistory } from '../adapters/store/run-history.js'
import { undoMessage } from '../core/commit-message.js'
import type { CommitId, UndoWay } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { isAllThereIs, type Landing, landingsOf, undoneBy } from '../core/landing.js'
import { err, ok, type Result } from '../core/result.js'
import { reduce } from '../core/run-fold.js'
import { isOver, type RunState } from '../core/run-state.js'
import { renderBoard } from '../documents/task-board.js'
import type { Project } from './project.js'

/** What an undo would do. Nothing points to its commits yet. */
export interface UndoPlan {
  readonly branch: string
  readonly from: CommitId
  readonly to: CommitId
  readonly how: UndoWay
  /** Why the branch cannot simply go back; null: it can. */
  readonly because: 'pushed' | 'others-on-top' | null
  /** The last first. */
  readonly landings: readonly Landing[]
  readonly keptAs: string | null
  /** An unfinished run of theirs, which cannot be gone on with afterwards; null: none. */
  readonly unfinished: string | null
}

/** What has been landed and could be undone: on which branch, by which runs. */
export interface Landed {
  readonly branch: string
  readonly tip: CommitId
  readonly landings: readonly Landing[]
  readonly states: ReadonlyMap<string, RunState>
}

/** The stages that runs of this project landed on the branch, as far as it still holds them. */
export async function readLanded(project: Project): Promise<Result<Landed, Failure>> {
  const base = await startingBranch(project.git, project.root, project.config.git.baseBranch)
  if (!base.ok) return base
  const { branch, tip } = base.value
  const states = new Map<string, RunState>()
  const landings: Landing[] = []
  for (const { folder, run } of await listRuns(project.runsFolder)) {
    const history = await readHistory(folder)
    if (!history.ok) return history
    if (history.value.state === null) continue
    states.set(run, history.value.state)
    for (const landing of landingsOf(history.value.state, branch)) {
      const held = await project.repository.isAncestor(landing.to, tip)
      if (held.ok && held.value) landings.push(landing)
    }
  }
  return ok({ branch, tip, landings, states })
}

/** How to get back to the boundary. @returns null when there is nothing to undo */
export async function planUndo(project: Project, landed: Landed, stage: number | null): Promise<Result<UndoPlan | null, Failure>> {
  const landings = undoneBy(landed.landings, stage)
  const [last] = landings
  const first = landings.at(-1)
  if (last === undefined || first === undefined) return ok(null)
  const { branch, tip, states } = landed
  const pushed = await project.repository.isPushed({ from: first.from, to: tip })
  if (!pushed.ok) return pushed
  const because: UndoPlan['because'] = !isAllThereIs(landings, tip) ? 'others-on-top' : pushed.value ? 'pushed' : null
  const unfinished = landings.find(({ run }) => states.get(run) !== undefined && !isOver(states.get(run) as RunState))?.run ?? null
  const common = { branch, from: tip, because, landings, unfinished }
  if (because === null) {
    const keptAs = `refs/orch/undone/${last.run}/stage-${first.stage}-${tip.slice(0, 12)}`
    return ok({ ...common, to: first.from, how: 'moved-back', keptAs })
  }
  const to = await revertAll(project, landed, landings)
  return to.ok ? ok({ ...common, to: to.value, how: 'reverted', keptAs: null }) : to
}

/** One commit for each stage, the last one first, each as `git revert` would make it; TASKS.md tells that they were undone. */
async function revertAll(project: Project, landed: Landed, landings: readonly Landing[]): Promise<Result<CommitId, Failure>> {
  const { repository, config } = project
  const board = await boardAfter(project, landed, landings)
  if (!board.ok) return board
  let { tip } = landed
  for (const landing of landings) {
    const merges = await repository.taskMergesIn(landing)
    if (!merges.ok) return merges
    const message = undoMessage(landing, merges.value)
    const made = await repository.revertOnTop({ ...landing, tip, message, board: { path: config.tasksFile, text: board.value } })
    if (!made.ok) return made
    if (made.value.kind === 'conflict') return err({ reason: 'undo-conflict', stage: landing.stage, files: made.value.files })
    tip = made.value.commit
  }
  return ok(tip)
}

async function boardAfter(project: Project, landed: Landed, landings: readonly Landing[]): Promise<Result<string, Failure>> {
  const { branch, tip } = landed
  const before = await project.repository.readFile(tip, project.config.tasksFile)
  if (!before.ok) return before
  let text = before.value
  for (const [run, state] of landed.states) {
    const own = landings.filter((landing) => landing.run === run)
    const after = own.reduce((now, { stage }) => undone(now, { stage, branch, tip }), state)
    if (own.length > 0) text = renderBoard(text, after)
  }
  return ok(text ?? '')
}

const undone = (state: RunState, { stage, branch, tip }: { stage: number; branch: string; tip: CommitId }): RunState =>
  reduce(state, {
    ...{ type: 'stage-undone', stage, branch, how: 'reverted', from: tip, to: tip, keptAs: null },
    ...{ seq: state.seq, at: state.endedAt ?? state.startedAt, run: state.run },
  })
