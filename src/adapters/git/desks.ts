import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'
import { advanceCheckout } from './checkout.js'
import { changesBetween, isAncestor } from './commits.js'
import { writeDurably } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { makeWorktree } from './new-worktree.js'
import { isInside, textOf, truePath } from './place.js'
import { putAway } from './put-away.js'
import { parseStatus } from './raw-diff.js'
import { deleteBranch, headOf, swap, tipOf } from './refs.js'
import { orchFolder, type Site, type Worktree } from './site.js'
import { snapshot } from './snapshots.js'
import { attach, closingNote, findWorktree, isGone, isHalfMade, listWorktrees, makeRoom, requireWorktree } from './worktrees.js'

/** Makes a task's branch and worktree, or takes over those that are there: nothing is ever reset. */
export async function openWorkspace(site: Site, workspace: Workspace): Promise<Result<void, Failure>> {
  const begun = await site.git.inTurn(() => begin(site, workspace))
  if (!begun.ok || begun.value === null) return begun.ok ? ok(undefined) : begun
  const made = await makeWorktree(site, { path: workspace.path, ...begun.value })
  return made.ok ? ok(undefined) : made
}

/** @returns what is to be made yet; null: all of it was there */
async function begin(
  site: Site,
  workspace: Workspace,
): Promise<Result<{ commit: CommitId; branch: string; isNewBranch: boolean } | null, Failure>> {
  const { branch, path, base } = workspace
  const tip = await tipOf(site, branch)
  if (!tip.ok) return tip
  // The branch first and by itself, so that a worktree that fails half-way can be made again by the same command.
  const made = tip.value === null ? await swap(site, { branch, from: null, to: base, why: 'a task begins' }) : ok(undefined)
  if (!made.ok) return made
  const there = await makeRoom(site, path)
  if (!there.ok) return there
  if (there.value === null) return ok({ commit: tip.value ?? base, branch, isNewBranch: tip.value === null })
  const attached = await attach(site, there.value, workspace)
  return attached.ok ? ok(null) : attached
}

/** A worktree without a branch at a commit; what is tracked in one that is there is overwritten, other files stay. */
export async function openScratch(site: Site, path: string, commit: CommitId): Promise<Result<void, Failure>> {
  await refuseForeign(site, path)
  const there = await site.git.inTurn(() => makeRoom(site, path))
  if (!there.ok) return there
  const worktree = there.value
  if (worktree !== null) return site.git.inTurn(() => moveScratch(site, worktree, commit))
  const made = await makeWorktree(site, { path, commit, branch: null })
  return made.ok ? ok(undefined) : made
}

/** For use within a turn. */
async function moveScratch(site: Site, worktree: Worktree, commit: CommitId): Promise<Result<void, Failure>> {
  const args = ['checkout', '--quiet', '--detach', '--force', commit]
  const moved = await site.inWorktree(worktree, { doing: `check out ${commit}`, args })
  if (!moved.ok) return moved
  const head = await headOf(site, worktree)
  if (!head.ok || head.value === commit) return head.ok ? ok(undefined) : head
  return err({ reason: 'git-failed', doing: `check out ${commit}`, detail: `HEAD is at ${head.value}` })
}

/** A scratch is overwritten without asking, so it had better be one. */
async function refuseForeign(site: Site, path: string): Promise<void> {
  if (isInside(await truePath(path), await truePath(orchFolder(site)))) return
  throw new Error(`Internal error: ${path} is no scratch worktree of orch`)
}

export async function closeScratch(site: Site, path: string): Promise<Result<void, Failure>> {
  await refuseForeign(site, path)
  const worktree = await findWorktree(site, path)
  return worktree === null ? ok(undefined) : putAway(site, worktree)
}

/** Puts a merged task's worktree away and removes its branch. @returns false when anything is not merged: then all is kept */
export async function closeWorkspace(site: Site, workspace: Workspace, mergedInto: CommitId): Promise<Result<boolean, Failure>> {
  const tip = await tipOf(site, workspace.branch)
  if (!tip.ok) return tip
  const merged = tip.value === null ? ok(true) : await isAncestor(site, tip.value, mergedInto)
  if (!merged.ok || !merged.value) return merged
  const worktree = await findWorktree(site, workspace.path)
  if (worktree === null && !(await isGone(workspace.path)) && !(await removeIfEmpty(workspace.path))) return ok(false)
  if (worktree !== null) {
    const spare = await isSpare(site, worktree, { tip: tip.value, mergedInto })
    if (!spare.ok || !spare.value) return spare
    const removed = await putAway(site, worktree)
    if (!removed.ok) return removed
  }
  const deleted = tip.value === null ? ok(undefined) : await deleteUnlessUsed(site, workspace.branch, tip.value)
  return deleted.ok ? ok(true) : deleted
}

const removeIfEmpty = (folder: string): Promise<boolean> =>
  rmdir(folder).then(
    () => true,
    () => false,
  )

/** Where a task's branch stands, if it is there, and what has landed. */
interface Landing {
  readonly tip: CommitId | null
  readonly mergedInto: CommitId
}

/** Whether a worktree holds nothing that is not merged. Said once, it stays said, since the removal may be cut short. */
async function isSpare(site: Site, worktree: Worktree, landing: Landing): Promise<Result<boolean, Failure>> {
  const note = join(worktree.gitDir, closingNote)
  if ((await isGone(worktree.path)) || (await textOf(note)) !== null) return ok(true)
  const isWhole = landing.tip !== null && !(await isHalfMade(worktree))
  const spare = isWhole ? await isUnchanged(site, worktree, landing.mergedInto) : await holdsNothingNew(site, worktree, landing)
  if (!spare.ok || !spare.value) return spare
  const noted = await withFiles('close a worktree', worktree.path, () => writeDurably(note, landing.mergedInto))
  return noted.ok ? ok(true) : noted
}

/** It stands at what is merged, and nothing in it is uncommitted. */
async function isUnchanged(site: Site, worktree: Worktree, mergedInto: CommitId): Promise<Result<boolean, Failure>> {
  const head = await headOf(site, worktree)
  if (!head.ok) return head
  const merged = await isAncestor(site, head.value, mergedInto)
  if (!merged.ok || !merged.value) return merged
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=none']
  const status = await site.inWorktree(worktree, { doing: 'look for changes', args })
  if (!status.ok) return status
  const copies = new Set(site.envFiles)
  const others = [...parseStatus(status.value.stdout)].filter(([path, state]) => state !== '??' || !copies.has(path))
  return ok(others.length === 0)
}

/** Without its branch or its index git cannot say what is changed in it: its files are compared with what is merged. */
async function holdsNothingNew(site: Site, worktree: Worktree, { tip, mergedInto }: Landing): Promise<Result<boolean, Failure>> {
  const now = await snapshot(site, worktree.path)
  if (!now.ok) return now
  if (tip === null) return wasTree(site, now.value, mergedInto)
  const changes = await changesBetween(site, tip, now.value)
  return changes.ok ? ok(changes.value.every((change) => change.after === null)) : changes
}

const farthestBack = 5000

/** Whether a commit that is part of another one had exactly these files. */
async function wasTree(site: Site, tree: string, mergedInto: CommitId): Promise<Result<boolean, Failure>> {
  const args = ['log', '--format=%T', `--max-count=${farthestBack}`, mergedInto]
  const trees = await site.inMemory({ doing: 'look for these files in the history', args })
  return trees.ok ? ok(trees.value.stdout.split('\n').includes(tree)) : trees
}

/** A person may have the branch checked out to look at it. */
async function deleteUnlessUsed(site: Site, branch: string, tip: CommitId): Promise<Result<void, Failure>> {
  return site.git.inTurn(async () => {
    const listed = await listWorktrees(site)
    if (!listed.ok) return listed
    return listed.value.some((worktree) => worktree.branch === branch) ? ok(undefined) : deleteBranch(site, branch, tip)
  })
}

/**
 * The files first and the branch last: cut short in between, the next call finds the files there and goes on, while
 * the other order would leave a worktree that seems to take the new commits back.
 */
export async function advanceWorkspace(site: Site, workspace: Workspace, to: CommitId): Promise<Result<void, Failure>> {
  const worktree = await requireWorktree(site, workspace.path)
  if (!worktree.ok) return worktree
  const tip = await site.git.inTurn(() => attach(site, worktree.value, workspace))
  if (!tip.ok || tip.value === to) return tip.ok ? ok(undefined) : tip
  const forward = await isAncestor(site, tip.value, to)
  if (!forward.ok) return forward
  if (!forward.value) return err({ reason: 'branch-moved', branch: workspace.branch, expected: to })
  const checkout = { path: workspace.path, ask: (ask: Parameters<Site['inWorktree']>[1]) => site.inWorktree(worktree.value, ask) }
  const moved = await advanceCheckout(site, checkout, { from: tip.value, to })
  if (!moved.ok) return moved
  return site.git.inTurn(() => swap(site, { branch: workspace.branch, from: tip.value, to, why: 'joined what was merged before' }))
}
