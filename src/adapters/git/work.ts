import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { commitTree, isAncestor, treeOf } from './commits.js'
import { headOf, swap } from './refs.js'
import type { Site } from './site.js'
import { forgetUnfinished, refuseForbidden, stageAll } from './staging.js'
import { attach, requireWorktree } from './worktrees.js'

/** What is done to a task's worktree; `base` matters only where an agent deleted the branch. */
export interface Desk {
  readonly branch: string
  readonly path: string
}

/**
 * Commits everything in a task's worktree on its branch, on top of what the agent committed itself. Only then there may be a file in it
 * that must never be committed: orch's own commit has these as they were before.
 */
export async function commitWork(
  site: Site,
  desk: Desk,
  commit: { message: string; since: CommitId; never: readonly string[]; evenIfEmpty?: boolean },
): Promise<Result<{ commit: CommitId; changed: boolean }, Failure>> {
  const { message, since, never } = commit
  const worktree = await requireWorktree(site, desk.path)
  if (!worktree.ok) return worktree
  const tip = await site.git.inTurn(() => attach(site, worktree.value, { branch: desk.branch, base: since }))
  if (!tip.ok) return tip
  const tree = await stageAll(site, worktree.value, { never, instead: tip.value })
  if (!tree.ok) return tree
  const evenIfSame = commit.evenIfEmpty === true && tip.value === since
  const to = await commitOnTop(site, { tree: tree.value, parent: tip.value, message, evenIfSame })
  if (!to.ok) return to
  const moved = await site.git.inTurn(() => swap(site, { branch: desk.branch, from: tip.value, to: to.value, why: 'work of a session' }))
  if (!moved.ok) return moved
  const forgotten = await forgetUnfinished(site, worktree.value)
  if (!forgotten.ok) return forgotten
  const clean = tip.value === since ? ok(undefined) : await refuseForbidden(site, { tip: to.value, known: [since] }, never)
  if (!clean.ok) return clean
  const before = await treeOf(site, since)
  return before.ok ? ok({ commit: to.value, changed: before.value !== tree.value }) : before
}

/** Commits everything in a scratch worktree; no branch moves, the worktree's own HEAD holds the commit. */
export async function commitScratch(
  site: Site,
  path: string,
  commit: { message: string; parent: CommitId; never: readonly string[] },
): Promise<Result<CommitId, Failure>> {
  const { message, parent, never } = commit
  const worktree = await requireWorktree(site, path)
  if (!worktree.ok) return worktree
  const head = await headOf(site, worktree.value)
  if (!head.ok) return head
  const grown = await isAncestor(site, parent, head.value)
  if (!grown.ok) return grown
  const below = grown.value ? head.value : parent
  const tree = await stageAll(site, worktree.value, { never, instead: below })
  if (!tree.ok) return tree
  const made = await commitOnTop(site, { tree: tree.value, parent: below, message })
  if (!made.ok) return made
  const args = ['update-ref', '--no-deref', '-m', 'orch: work of a session', 'HEAD', made.value]
  const moved = await site.git.inTurn(() => site.inWorktree(worktree.value, { doing: 'move HEAD', args }))
  if (!moved.ok) return moved
  const forgotten = await forgetUnfinished(site, worktree.value)
  if (!forgotten.ok) return forgotten
  const clean = below === parent ? ok(undefined) : await refuseForbidden(site, { tip: made.value, known: [parent] }, never)
  return clean.ok ? made : clean
}

/** The parent itself when the tree is the same, unless a commit is wanted all the same. */
async function commitOnTop(
  site: Site,
  commit: { tree: string; parent: CommitId; message: string; evenIfSame?: boolean },
): Promise<Result<CommitId, Failure>> {
  const { tree, parent, message, evenIfSame } = commit
  const before = await treeOf(site, parent)
  if (!before.ok) return before
  return before.value === tree && evenIfSame !== true ? ok(parent) : commitTree(site, { tree, parents: [parent], message })
}
