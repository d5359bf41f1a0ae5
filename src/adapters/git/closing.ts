import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'
import type { Closing } from '../../engine/ports/repository.js'
import { changesBetween, isAncestor } from './commits.js'
import { refuseForeign } from './desks.js'
import { writeDurably } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { gitlinksAt, gitlinksIn } from './gitlinks.js'
import { nestedWork } from './nested-work.js'
import { textOf } from './place.js'
import { putAway } from './put-away.js'
import { parseStatus } from './raw-diff.js'
import { deleteBranch, headOf, tipOf } from './refs.js'
import type { Site, Worktree } from './site.js'
import { snapshot } from './snapshots.js'
import { closingNote, findWorktree, isGone, isHalfMade, listWorktrees } from './worktrees.js'

/** Puts a scratch away: nothing in it is asked for, except what a repository nested in it holds. */
export async function closeScratch(site: Site, path: string): Promise<Result<Closing, Failure>> {
  await refuseForeign(site, path)
  const worktree = await findWorktree(site, path)
  if (!worktree.ok || worktree.value === null) return worktree.ok ? ok(closed) : worktree
  const links = (await isGone(path)) ? ok([]) : await gitlinksIn(site, worktree.value)
  const nested = links.ok ? await nestedIn(site, worktree.value, links.value) : links
  if (!nested.ok) return nested
  if (nested.value !== null) return ok(nested.value)
  const away = await putAway(site, worktree.value)
  return away.ok ? ok(closed) : away
}

const closed: Closing = { isClosed: true, nested: [] }
const kept: Closing = { isClosed: false, nested: [] }

/** @returns null: no repository that is nested in a worktree holds anything that would be lost with it */
async function nestedIn(site: Site, worktree: Worktree, gitlinks: readonly string[]): Promise<Result<Closing | null, Failure>> {
  const nested = await nestedWork(site, worktree, gitlinks)
  if (!nested.ok) return nested
  return ok(nested.value.length === 0 ? null : { ...kept, nested: nested.value })
}

/** Puts a merged task's worktree away and removes its branch; when anything is not merged, all is kept. */
export async function closeWorkspace(site: Site, workspace: Workspace, mergedInto: CommitId): Promise<Result<Closing, Failure>> {
  const tip = await tipOf(site, workspace.branch)
  if (!tip.ok) return tip
  const merged = tip.value === null ? ok(true) : await isAncestor(site, tip.value, mergedInto)
  if (!merged.ok || !merged.value) return merged.ok ? ok(kept) : merged
  const found = await findWorktree(site, workspace.path)
  if (!found.ok) return found
  const worktree = found.value
  if (worktree === null && !(await isGone(workspace.path)) && !(await removeIfEmpty(workspace.path))) return ok(kept)
  if (worktree !== null) {
    const why = await whyKept(site, worktree, { tip: tip.value, mergedInto })
    if (!why.ok) return why
    if (why.value !== null) return ok(why.value)
    const removed = await putAway(site, worktree)
    if (!removed.ok) return removed
  }
  const deleted = tip.value === null ? ok(undefined) : await deleteUnlessUsed(site, workspace.branch, tip.value)
  return deleted.ok ? ok(closed) : deleted
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

/** Null: a worktree holds nothing that is not merged. Said once, it stays said, since the removal may be cut short. */
async function whyKept(site: Site, worktree: Worktree, landing: Landing): Promise<Result<Closing | null, Failure>> {
  const note = join(worktree.gitDir, closingNote)
  if ((await textOf(note)) !== null) return ok(null)
  // Submodules have their git folders in the worktree's entry.
  if (await isGone(worktree.path)) return nestedIn(site, worktree, [])
  const links = await linksIfSpare(site, worktree, landing)
  if (!links.ok || links.value === null) return links.ok ? ok(kept) : links
  const nested = await nestedIn(site, worktree, links.value)
  if (!nested.ok || nested.value !== null) return nested
  const noted = await withFiles('close a worktree', worktree.path, () => writeDurably(note, landing.mergedInto))
  return noted.ok ? ok(null) : noted
}

/** @returns where commits of other repositories belong; null: the worktree itself holds something that is not merged */
async function linksIfSpare(site: Site, worktree: Worktree, landing: Landing): Promise<Result<readonly string[] | null, Failure>> {
  if (landing.tip === null || (await isHalfMade(worktree))) return linksIfNothingNew(site, worktree, landing)
  const unchanged = await isUnchanged(site, worktree, landing.mergedInto)
  if (!unchanged.ok || !unchanged.value) return unchanged.ok ? ok(null) : unchanged
  return gitlinksIn(site, worktree)
}

/**
 * It stands at what is merged, and nothing in it is uncommitted. Git must not look into nested repositories for that: it would work by
 * their settings, and run the filters that these name.
 */
async function isUnchanged(site: Site, worktree: Worktree, mergedInto: CommitId): Promise<Result<boolean, Failure>> {
  const head = await headOf(site, worktree)
  if (!head.ok) return head
  const merged = await isAncestor(site, head.value, mergedInto)
  if (!merged.ok || !merged.value) return merged
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty']
  const status = await site.inWorktree(worktree, { doing: 'look for changes', args })
  if (!status.ok) return status
  const copies = new Set(site.envFiles)
  const others = [...parseStatus(status.value.stdout)].filter(([path, state]) => state !== '??' || !copies.has(path))
  return ok(others.length === 0)
}

/** Without its branch or its index git cannot say what is changed in it: its files are compared with what is merged. */
async function linksIfNothingNew(site: Site, worktree: Worktree, landing: Landing): Promise<Result<readonly string[] | null, Failure>> {
  const now = await snapshot(site, worktree.path)
  if (!now.ok) return now
  const merged = await isTreeMerged(site, now.value, landing)
  if (!merged.ok || !merged.value) return merged.ok ? ok(null) : merged
  return gitlinksAt(site, now.value)
}

async function isTreeMerged(site: Site, tree: string, { tip, mergedInto }: Landing): Promise<Result<boolean, Failure>> {
  if (tip === null) return wasTree(site, tree, mergedInto)
  const changes = await changesBetween(site, tip, tree)
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
