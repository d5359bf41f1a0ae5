import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'
import { commitTree, isAncestor, treeOf } from './commits.js'
import { checkoutsOf } from './persons-checkout.js'
import { truePath } from './place.js'
import { keepUnder, swap, tipOf } from './refs.js'
import type { Site } from './site.js'
import { putBack, snapshot } from './snapshots.js'
import { findWorktree, isGone } from './worktrees.js'

/** Where the work of tasks lies that were begun anew: `refs/orch/before-retry/<run>/<task>/<commit>`. */
const beforeRetryRefs = 'refs/orch/before-retry/'

/**
 * Puts a task's branch and worktree back to `base`; what they held stays under a ref of its own, edits that were not committed
 * included. Ignored files stay. May be repeated.
 * @returns the ref; null: they held nothing beyond `base`
 */
export async function startAnew(site: Site, workspace: Workspace, base: CommitId): Promise<Result<string | null, Failure>> {
  const { branch, path } = workspace
  const tip = await tipOf(site, branch)
  if (!tip.ok || tip.value === null) return tip.ok ? ok(null) : tip
  const taken = await takenElsewhere(site, workspace)
  if (!taken.ok) return taken
  const worktree = (await isGone(path)) ? ok(null) : await findWorktree(site, path)
  if (!worktree.ok) return worktree
  const isThere = worktree.value !== null
  const held = isThere ? await withEdits(site, path, tip.value) : ok(tip.value)
  if (!held.ok) return held
  const known = await isAncestor(site, held.value, base)
  if (!known.ok) return known
  const ref = known.value ? null : `${beforeRetryRefs}${branch.replace(/^orch\//, '')}/${held.value.slice(0, 12)}`
  const kept = ref === null ? ok(undefined) : await keepUnder(site, ref, held.value)
  if (!kept.ok) return kept
  const back = isThere ? await putBack(site, { path, branch }, { head: base, tree: base }) : await setBack(site, branch, tip.value, base)
  return back.ok ? ok(ref) : err(back.error)
}

/** A person who has the branch checked out would find all that it held as a change of theirs. */
async function takenElsewhere(site: Site, { branch, path }: Workspace): Promise<Result<void, Failure>> {
  const checkouts = await checkoutsOf(site, branch)
  if (!checkouts.ok) return checkouts
  const own = await truePath(path)
  for (const checkout of checkouts.value)
    if ((await truePath(checkout.path)) !== own)
      return err({
        reason: 'checkout-busy',
        path: checkout.path,
        detail: `${branch} is checked out (git switch goes to another one)`,
        branch,
      })
  return ok(undefined)
}

/** The branch's commit, or one on top of it with what lies in the worktree besides. */
async function withEdits(site: Site, path: string, tip: CommitId): Promise<Result<CommitId, Failure>> {
  const now = await snapshot(site, path)
  if (!now.ok) return now
  const committed = await treeOf(site, tip)
  if (!committed.ok || committed.value === now.value) return committed.ok ? ok(tip) : committed
  return commitTree(site, { tree: now.value, parents: [tip], message: 'What was not committed when the task was begun anew\n' })
}

const setBack = (site: Site, branch: string, from: CommitId, to: CommitId): Promise<Result<void, Failure>> =>
  site.git.inTurn(() => swap(site, { branch, from, to, why: 'a task is begun anew' }))
