import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'
import { commitTree, isAncestor, treeOf } from './commits.js'
import { writeDurably } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { mergeTrees } from './merge-trees.js'
import { textOf } from './place.js'
import { keepReachable, swap } from './refs.js'
import { type Site, type Worktree, yes } from './site.js'
import { conflictNote, forgetUnfinished, refuseForbidden, stageAll } from './staging.js'
import { attach, requireWorktree } from './worktrees.js'

/** Both sides of a conflict, in the task's worktree. Where git finds none, nothing is laid out and no file is named. */
export async function layOutConflict(
  site: Site,
  workspace: Workspace,
  onto: CommitId,
): Promise<Result<{ files: readonly string[]; notes: string }, Failure>> {
  const at = await begin(site, workspace)
  if (!at.ok) return at
  const { worktree, tip } = at.value
  const merged = await mergeTrees(site, tip, onto)
  if (!merged.ok) return merged
  const { tree, files, notes } = merged.value
  if (files.length === 0) return ok({ files, notes })
  const laid = await layOut(site, worktree, { tip, tree, note: `${tip} ${onto}\n` })
  return laid.ok ? ok({ files, notes }) : laid
}

async function begin(site: Site, workspace: Workspace): Promise<Result<{ worktree: Worktree; tip: CommitId }, Failure>> {
  const worktree = await requireWorktree(site, workspace.path)
  if (!worktree.ok) return worktree
  const tip = await site.git.inTurn(() => attach(site, worktree.value, workspace))
  return tip.ok ? ok({ worktree: worktree.value, tip: tip.value }) : tip
}

interface Layout {
  readonly tip: CommitId
  readonly tree: string
  readonly note: string
}

/** The note is written first: an index that is still the task's own then means that laying out was cut short, and no agent has been there. */
async function layOut(site: Site, worktree: Worktree, layout: Layout): Promise<Result<void, Failure>> {
  const { tip, tree, note } = layout
  const noted = await textOf(join(worktree.gitDir, conflictNote))
  const untouched = await hasIndexOf(site, worktree, tip)
  if (!untouched.ok) return untouched
  if (noted === note && !untouched.value) return ok(undefined)
  const doing = 'lay out the conflict'
  if (noted !== null && noted !== note && !untouched.value) {
    const kept = await keepAside(site, worktree, tip)
    if (!kept.ok) return kept
  }
  const written = await withFiles(doing, worktree.path, () => writeDurably(join(worktree.gitDir, conflictNote), note))
  if (!written.ok) return written
  const how = noted === null ? ['-m', '-u', tip] : ['--reset', '-u']
  const read = await site.inWorktree(worktree, { doing, args: ['read-tree', ...how, tree] })
  return read.ok ? ok(undefined) : read
}

const hasIndexOf = (site: Site, worktree: Worktree, commit: CommitId): Promise<Result<boolean, Failure>> =>
  yes(site.inWorktree(worktree, { doing: 'read the index', args: ['diff-index', '--cached', '--quiet', commit, '--'], exits: [0, 1] }))

/** A half resolution of another conflict makes room; it stays reachable under `refs/orch/kept/`. */
async function keepAside(site: Site, worktree: Worktree, tip: CommitId): Promise<Result<void, Failure>> {
  const tree = await stageAll(site, worktree, { never: site.envFiles, instead: tip })
  if (!tree.ok) return tree
  const commit = await commitTree(site, { tree: tree.value, parents: [tip], message: 'A resolution that was not finished\n' })
  if (!commit.ok) return commit
  return site.git.inTurn(() => keepReachable(site, commit.value))
}

/** The resolution as a merge of `onto` into the task's branch. */
export async function commitResolution(
  site: Site,
  workspace: Workspace,
  commit: { message: string; onto: CommitId; files: readonly string[]; never: readonly string[] },
): Promise<Result<{ commit: CommitId } | { unresolved: readonly string[] }, Failure>> {
  const { message, onto, files, never } = commit
  const at = await begin(site, workspace)
  if (!at.ok) return at
  const { worktree, tip } = at.value
  const unresolved = await withMarkers(workspace.path, files)
  if (!unresolved.ok) return unresolved
  if (unresolved.value.length > 0) return ok({ unresolved: unresolved.value })
  const made = await mergeCommit(site, worktree, { tip, onto, message, never })
  if (!made.ok) return made
  const moved = await site.git.inTurn(() => swap(site, { branch: workspace.branch, from: tip, to: made.value, why: 'a conflict resolved' }))
  if (!moved.ok) return moved
  const forgotten = await forgetUnfinished(site, worktree)
  if (!forgotten.ok) return forgotten
  const clean = await refuseForbidden(site, { tip: made.value, known: [workspace.base, onto] }, never)
  return clean.ok ? ok({ commit: made.value }) : clean
}

/** Where the agent merged by itself, only what it left uncommitted is added. */
async function mergeCommit(
  site: Site,
  worktree: Worktree,
  merge: { tip: CommitId; onto: CommitId; message: string; never: readonly string[] },
): Promise<Result<CommitId, Failure>> {
  const { tip, onto, message, never } = merge
  const joined = await isAncestor(site, onto, tip)
  if (!joined.ok) return joined
  const merged = joined.value ? await treeOf(site, tip) : await conflictTree(site, tip, onto)
  if (!merged.ok) return merged
  const tree = await stageAll(site, worktree, { never, instead: merged.value })
  if (!tree.ok) return tree
  if (joined.value && tree.value === merged.value) return ok(tip)
  return commitTree(site, { tree: tree.value, parents: joined.value ? [tip] : [tip, onto], message })
}

async function conflictTree(site: Site, tip: CommitId, onto: CommitId): Promise<Result<string, Failure>> {
  const merged = await mergeTrees(site, tip, onto)
  return merged.ok ? ok(merged.value.tree) : merged
}

const marker = /^(<{7}|>{7}) /m

function withMarkers(folder: string, files: readonly string[]): Promise<Result<readonly string[], Failure>> {
  return withFiles('look for conflict markers', folder, async () => {
    const found: string[] = []
    for (const file of files) {
      const path = join(folder, file)
      const isFile = await lstat(path).then(
        (stats) => stats.isFile(),
        () => false,
      )
      if (isFile && marker.test(await readFile(path, 'latin1'))) found.push(file)
    }
    return found
  })
}
