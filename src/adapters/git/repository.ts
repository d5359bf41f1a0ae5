import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { ChangeSummary } from '../../core/reported-task.js'
import { ok, type Result } from '../../core/result.js'
import type { FreshStarts, Repository } from '../../engine/ports/repository.js'
import type { Sentinel } from '../../engine/ports/sentinel.js'
import { broughtBy } from './blame.js'
import { changeSummary } from './change-summary.js'
import { checkoutSize } from './checkout-size.js'
import { changesBetween, commitNamed, diff, isAncestor, mergedMilestones, treeOf, tryMerge } from './commits.js'
import { commitFiles, readFile } from './committed-file.js'
import { commitResolution, layOutConflict } from './conflicts.js'
import { advanceWorkspace, closeScratch, closeWorkspace, openScratch, openWorkspace } from './desks.js'
import { copyEnvFiles } from './env-files.js'
import { forgetWorktree, goneWorktrees } from './gone-worktrees.js'
import { land } from './land.js'
import { push, type Remote, remoteOf } from './push.js'
import { branchTip, keepUnder, swap } from './refs.js'
import { openSentinel } from './sentinel.js'
import { createSite, type Site, type SiteOptions } from './site.js'
import { putBack, snapshot } from './snapshots.js'
import { keepSpares, prepareSpare, removeUseless, uselessWorktrees } from './spares.js'
import { startAnew } from './start-anew.js'
import { type Brought, isPushed, type Reverted, revertOnTop, taskMergesIn } from './undo.js'
import { commitScratch, commitWork } from './work.js'

/** A repository, the watch over what others change in it, and what a cut-off run left in it. */
export interface WatchedRepository extends Repository, FreshStarts {
  /** A new one has not looked yet. */
  sentinel(): Sentinel
  /** Worktrees of orch's that git still lists and whose folder is gone. */
  goneWorktrees(): Promise<Result<readonly string[], Failure>>
  changeSummary(from: CommitId, to: CommitId): Promise<Result<ChangeSummary | null, Failure>>
  /** Has git forget one; what only it pointed to stays reachable. */
  forgetWorktree(path: string): Promise<Result<void, Failure>>
  /** Spare worktrees, and those whose making or closing was cut short: nothing in them can be missed. To be asked under the lock. */
  uselessWorktrees(): Promise<readonly string[]>
  removeUseless(path: string): Promise<Result<void, Failure>>
  /** Whether a branch of a remote is known to hold any commit of the span. */
  isPushed(span: Brought): Promise<Result<boolean, Failure>>
  /** The merges of tasks in a span. */
  taskMergesIn(span: Brought): Promise<Result<readonly CommitId[], Failure>>
  /** A commit on top of `tip` that takes back what a span brought, made in memory; the board gets the text that is given. */
  revertOnTop(undo: Brought & { tip: CommitId; message: string; board: { path: string; text: string } }): Promise<Result<Reverted, Failure>>
  /** Gives a commit a ref of its own, outside of the branches. */
  keepUnder(ref: string, commit: CommitId): Promise<Result<void, Failure>>
  /** The remote that a branch is published on; null: there is none. */
  remoteOf(branch: string): Promise<Result<Remote | null, Failure>>
  /** An ordinary push of one of orch's own branches. */
  push(remote: string, to: { branch: string; commit: CommitId }): Promise<Result<void, Failure>>
  /** As `land`, to a commit that may be part of what is there. `branch-moved`: the branch is at neither end. */
  goBack(move: { branch: string; from: CommitId; to: CommitId; why: string }): Promise<Result<void, Failure>>
}

/** The engine's view of a git repository. Whatever changes refs, worktrees or config waits for its turn at the door. */
export function openRepository(options: SiteOptions): WatchedRepository {
  const site = createSite(options)
  const { inTurn } = site.git
  return {
    branchTip: (branch) => branchTip(site, branch),
    checkoutSize: (commit) => checkoutSize(site, commit),
    openWorkspace: (workspace) => openWorkspace(site, workspace),
    openScratch: (path, commit) => openScratch(site, path, commit),
    closeWorkspace: (workspace, mergedInto) => closeWorkspace(site, workspace, mergedInto),
    closeScratch: (path) => closeScratch(site, path),
    keepSpares: (most) => keepSpares(site, most),
    prepareSpare: (near, commit) => prepareSpare(site, near, commit),
    copyEnvFiles: (path, files) => copyEnvFiles(site, path, files),
    commitWork: (workspace, commit) => commitWork(site, workspace, commit),
    commitScratch: (path, commit) => commitScratch(site, path, commit),
    snapshot: (path) => snapshot(site, path),
    putBack: (place, before) => putBack(site, place, before),
    changedFiles: (from, to) => changedFiles(site, from, to),
    diff: (from, to) => diff(site, from, to),
    tryMerge: (onto, commit, message) => tryMerge(site, { onto, commit, message }),
    layOutConflict: (workspace, onto) => layOutConflict(site, workspace, onto),
    commitResolution: (workspace, commit) => commitResolution(site, workspace, commit),
    advanceWorkspace: (workspace, to) => advanceWorkspace(site, workspace, to),
    readFile: (commit, path) => readFile(site, commit, path),
    commitFiles: (parent, change) => commitFiles(site, parent, change),
    moveBranch: (branch, from, to) => inTurn(() => swap(site, { branch, from, to, why: 'integrated' })),
    land: (branch, from, to, keptOn) => inTurn(() => land(site, { branch, from, to, keptOn })),
    treeOf: (commit) => treeOf(site, commit),
    isAncestor: (commit, of) => isAncestor(site, commit, of),
    commitNamed: (name, within) => commitNamed(site, name, within),
    broughtBy: (place, merges) => broughtBy(site, place, merges),
    mergedMilestones: (tip) => mergedMilestones(site, tip),
    startAnew: (workspace, base) => startAnew(site, workspace, base),
    isPushed: (span) => isPushed(site, span),
    taskMergesIn: (span) => taskMergesIn(site, span),
    revertOnTop: (undo) => revertOnTop(site, undo),
    keepUnder: (ref, commit) => keepUnder(site, ref, commit),
    remoteOf: (branch) => remoteOf(site, branch),
    push: (remote, to) => push(site, remote, to),
    goBack: (move) => inTurn(() => land(site, { ...move, keptOn: move.branch, onlyBetween: true })),
    sentinel: () => openSentinel(site),
    changeSummary: (from, to) => changeSummary(site, from, to),
    goneWorktrees: () => goneWorktrees(site),
    uselessWorktrees: () => uselessWorktrees(site),
    removeUseless: (path) => removeUseless(site, path),
    forgetWorktree: (path) => inTurn(() => forgetWorktree(site, path)),
  }
}

async function changedFiles(site: Site, from: CommitId, to: CommitId): Promise<Result<readonly string[], Failure>> {
  const changes = await changesBetween(site, from, to)
  return changes.ok ? ok(changes.value.map((change) => change.path)) : changes
}
