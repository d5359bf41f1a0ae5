import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'
import { advanceCheckout } from './checkout.js'
import { isAncestor } from './commits.js'
import { moveNestedAside } from './nested-aside.js'
import { makeWorktree } from './new-worktree.js'
import { isInside, truePath } from './place.js'
import { headOf, swap, tipOf } from './refs.js'
import { orchFolder, type Site, type Worktree } from './site.js'
import { attach, makeRoom, requireWorktree } from './worktrees.js'

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
  const cleared = await moveNestedAside(site, worktree, commit)
  if (!cleared.ok) return cleared
  const args = ['checkout', '--quiet', '--detach', '--force', commit]
  const moved = await site.inWorktree(worktree, { doing: `check out ${commit}`, args })
  if (!moved.ok) return moved
  const head = await headOf(site, worktree)
  if (!head.ok || head.value === commit) return head.ok ? ok(undefined) : head
  return err({ reason: 'git-failed', doing: `check out ${commit}`, detail: `HEAD is at ${head.value}` })
}

/** A scratch is overwritten without asking, so it had better be one. */
export async function refuseForeign(site: Site, path: string): Promise<void> {
  if (isInside(await truePath(path), await truePath(orchFolder(site)))) return
  throw new Error(`Internal error: ${path} is no scratch worktree of orch`)
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
  const cleared = await moveNestedAside(site, worktree.value, to)
  if (!cleared.ok) return cleared
  const moved = await advanceCheckout(site, checkout, { from: tip.value, to })
  if (!moved.ok) return moved
  return site.git.inTurn(() => swap(site, { branch: workspace.branch, from: tip.value, to, why: 'joined what was merged before' }))
}
