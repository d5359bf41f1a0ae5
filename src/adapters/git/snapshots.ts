import { copyFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { commitTree, treeOf } from './commits.js'
import { emptyTree } from './empty-tree.js'
import { withFiles } from './git-failure.js'
import { headRef } from './head-ref.js'
import { inOwnIndex } from './own-index.js'
import { headIfAny, headOf, keepReachable, swap, tipOf } from './refs.js'
import type { Site, Worktree } from './site.js'
import { stageAll } from './staging.js'
import { type Standing, standingOf } from './standing.js'
import { exists, requireWorktree } from './worktrees.js'

/** A worktree as it was at one moment. */
interface Snapshot {
  readonly head: CommitId
  /** Or a commit, for its tree. Holds what is not committed and not tracked too; ignored files and copies of env files not. */
  readonly tree: string
}

/** A worktree that is put back. */
interface Place {
  readonly path: string
  /** Null: it has none. */
  readonly branch: string | null
  /** What it holds, where that was just looked at. */
  readonly now?: string | undefined
}

/** What a worktree holds now. Its own index is left alone. */
export async function snapshot(site: Site, path: string): Promise<Result<string, Failure>> {
  const worktree = await requireWorktree(site, path)
  if (!worktree.ok) return worktree
  return treeAt(site, worktree.value, await standingOf(site, worktree.value))
}

const treeAt = (site: Site, worktree: Worktree, standing: Standing | null): Promise<Result<string, Failure>> =>
  standing?.isClean === true ? treeOf(site, standing.head) : treeNow(site, worktree, standing)

/** In a copy of the index, so that only what changed is read. */
async function treeNow(site: Site, worktree: Worktree, standing: Standing | null): Promise<Result<string, Failure>> {
  const head = standing === null ? await headIfAny(site, worktree) : ok(standing.head)
  if (!head.ok) return head
  const below = head.value ?? emptyTree[site.objectFormat]
  // Read before: the first who reads commits clears away the indexes that another orch left.
  const tree = await treeOf(site, below)
  if (!tree.ok) return tree
  return inOwnIndex(site, async (env) => {
    const index = join(worktree.gitDir, 'index')
    const copied = await withFiles('look at the index', index, async () => {
      if (await exists(index)) await copyIndex(index, env.GIT_INDEX_FILE)
    })
    if (!copied.ok) return copied
    const apart: Site = {
      ...site,
      inWorktree: (at, ask) =>
        site.inWorktree(at, { ...ask, args: ['-c', 'core.splitIndex=false', ...ask.args], env: { ...env, ...ask.env } }),
    }
    return stageAll(apart, worktree, { never: site.envFiles, instead: below }, env.GIT_INDEX_FILE)
  })
}

/** With its time: what changed just when an index was written, in place and to the same size, git finds only by that. */
async function copyIndex(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  const { mtimeMs } = await stat(from)
  const seconds = Math.floor(mtimeMs) / 1000
  await utimes(to, seconds, seconds)
}

/**
 * Puts a worktree back to a snapshot, and its branch to that commit. What differed stays reachable below `refs/orch/kept/`.
 * @returns the files that differed
 */
export async function putBack(site: Site, place: Place, before: Snapshot): Promise<Result<readonly string[], Failure>> {
  const worktree = await requireWorktree(site, place.path)
  if (!worktree.ok) return worktree
  const wanted = place.now === before.tree ? ok(place.now) : await treeOf(site, before.tree)
  if (!wanted.ok) return wanted
  const now = await nowIn(site, worktree.value, place)
  if (!now.ok) return now
  const { tree, head, tip, isAtHome } = now.value
  if (tree === wanted.value && head === before.head && tip === before.head && isAtHome) return ok([])
  const kept = await keep(site, { tree, parents: [...new Set([head, tip])] })
  if (!kept.ok) return kept
  const back = await putHeadBack(site, worktree.value, { branch: place.branch, from: tip, to: before.head })
  if (!back.ok) return back
  const files = await putFilesBack(site, worktree.value, { from: tree, to: wanted.value })
  return files.ok ? differing(site, tree, wanted.value) : files
}

interface Now {
  readonly tree: string
  readonly head: CommitId
  /** The branch's commit; HEAD's where there is no branch. */
  readonly tip: CommitId
  readonly isAtHome: boolean
}

async function nowIn(site: Site, worktree: Worktree, { branch, now }: Place): Promise<Result<Now, Failure>> {
  const ref = await headRef(site, worktree)
  if (!ref.ok) return ref
  const isAtHome = ref.value === (branch === null ? '' : `refs/heads/${branch}`)
  const tip = branch === null ? ok(null) : await tipOf(site, branch)
  if (!tip.ok) return tip
  const standing = now === undefined ? await standingOf(site, worktree) : null
  const known = standing?.head ?? (isAtHome ? tip.value : null)
  const head = known === null ? await headOf(site, worktree) : ok(known)
  if (!head.ok) return head
  const tree = now === undefined ? await treeAt(site, worktree, standing) : ok(now)
  return tree.ok ? ok({ tree: tree.value, head: head.value, tip: tip.value ?? head.value, isAtHome }) : tree
}

async function keep(site: Site, what: { tree: string; parents: readonly CommitId[] }): Promise<Result<void, Failure>> {
  const commit = await commitTree(site, { ...what, message: 'What was left in the worktree\n' })
  if (!commit.ok) return commit
  return site.git.inTurn(() => keepReachable(site, commit.value))
}

async function putHeadBack(
  site: Site,
  worktree: Worktree,
  move: { branch: string | null; from: CommitId; to: CommitId },
): Promise<Result<void, Failure>> {
  const { branch, from, to } = move
  const doing = 'put HEAD back'
  return site.git.inTurn(async () => {
    const moved = branch === null ? ok(undefined) : await swap(site, { branch, from, to, why: 'put back' })
    if (!moved.ok) return moved
    const args = branch === null ? ['update-ref', '--no-deref', 'HEAD', to] : ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]
    const set = await site.inWorktree(worktree, { doing, args })
    return set.ok ? ok(undefined) : set
  })
}

const refresh = ['update-index', '--refresh']

/** The index first learns what is there, so that files which came since are known and go. */
async function putFilesBack(site: Site, worktree: Worktree, trees: { from: string; to: string }): Promise<Result<void, Failure>> {
  const doing = 'put the files of a worktree back'
  const steps: readonly (readonly string[])[] = [
    ['read-tree', trees.from],
    refresh,
    ['read-tree', '--reset', '-u', trees.to],
    ['read-tree', 'HEAD'],
    refresh,
  ]
  for (const args of steps) {
    const done = await site.inWorktree(worktree, { doing, args, exits: args === refresh ? [0, 1] : [0] })
    if (!done.ok) return done
  }
  return ok(undefined)
}

async function differing(site: Site, from: string, to: string): Promise<Result<readonly string[], Failure>> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]
  const answer = await site.inMemory({ doing: 'compare two trees', args })
  return answer.ok ? ok(answer.value.stdout.split('\0').filter((path) => path !== '')) : answer
}
