import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { populatedGitlinks } from './gitlinks.js'
import { mayList } from './index-text.js'
import { textOf } from './place.js'
import { parseTree } from './raw-diff.js'
import { line, type Site, type Worktree } from './site.js'
import { entryAt } from './trees.js'
import { exists } from './worktrees.js'

/** Files that must not be committed, and the commit or tree whose version of them counts instead. */
export interface Withheld {
  readonly never: readonly string[]
  readonly instead: string
}

/**
 * Takes everything in a worktree into its index, except what must never be committed.
 * @param index where that lies; the worktree's own when absent
 * @returns the tree
 */
export async function stageAll(
  site: Site,
  worktree: Worktree,
  withheld: Withheld,
  index = join(worktree.gitDir, 'index'),
): Promise<Result<string, Failure>> {
  const doing = 'collect the changes'
  const { never, instead } = withheld
  const astray = await mayDiffer(site, withheld, index)
  const unstage = ['reset', '--quiet', instead, '--', ...astray.map((path) => `:(top,literal)${path}`)]
  const unstaged = astray.length === 0 ? ok(undefined) : await site.inWorktree(worktree, { doing, args: unstage })
  if (!unstaged.ok) return unstaged
  const ignored = await ignoredAmong(site, worktree, never)
  if (!ignored.ok) return ignored
  // Git refuses to hear of a path that is ignored, even to leave it out; it is left out all the same.
  const nested = await populatedGitlinks(site, worktree, index)
  if (!nested.ok) return nested
  const apart = [...never.filter((path) => !ignored.value.has(path)), ...nested.value]
  const excluded = apart.map((path) => `:(top,exclude,literal)${path}`)
  const added = await site.inWorktree(worktree, { doing, args: ['add', '--all', '--sparse', '--', ':(top)', ...excluded] })
  const recorded = added.ok ? await recordCommits(site, worktree, nested.value) : added
  return recorded.ok ? line(site.inWorktree(worktree, { doing, args: ['write-tree'] })) : recorded
}

/**
 * Takes the commits at which nested repositories stand into the index, as `add` would. That, however, would start `git status` in each of
 * them, and with it the filters that its own settings name; this reads where its HEAD is.
 */
async function recordCommits(site: Site, worktree: Worktree, nested: readonly string[]): Promise<Result<void, Failure>> {
  if (nested.length === 0) return ok(undefined)
  const input = nested.map((path) => `${path}\0`).join('')
  const args = ['update-index', '-z', '--add', '--replace', '--stdin']
  const recorded = await site.inWorktree(worktree, { doing: 'collect the changes', args, input })
  return recorded.ok ? ok(undefined) : recorded
}

/** Those of the withheld files that may stand in the index otherwise than in the version that counts: what is in neither does not. */
async function mayDiffer(site: Site, { never, instead }: Withheld, index: string): Promise<readonly string[]> {
  if (never.length === 0) return []
  const bytes = await readFile(index).catch(() => null)
  if (bytes === null) return never
  const held = await Promise.all(never.map((path) => entryAt(site, instead, path)))
  return never.filter((path, i) => held[i] !== null || mayList(bytes, path))
}

/** Git minds only those that are there. */
async function ignoredAmong(site: Site, worktree: Worktree, paths: readonly string[]): Promise<Result<ReadonlySet<string>, Failure>> {
  const there: string[] = []
  for (const path of paths) if (await exists(join(worktree.path, path))) there.push(path)
  if (there.length === 0) return ok(new Set())
  const input = there.map((path) => `${path}\0`).join('')
  const args = ['check-ignore', '-z', '--stdin']
  const answer = await site.inWorktree(worktree, { doing: 'look for ignored files', args, input, exits: [0, 1] })
  return answer.ok ? ok(new Set(answer.value.stdout.split('\0').filter((path) => path !== ''))) : answer
}

/**
 * Whether a branch brings in, or brought in and took away again, a file that must never be committed.
 * @param span what is new: the commits of `tip` that none of `known` holds
 */
export async function refuseForbidden(
  site: Site,
  span: { tip: CommitId; known: readonly CommitId[] },
  never: readonly string[],
): Promise<Result<void, Failure>> {
  if (never.length === 0) return ok(undefined)
  const doing = 'look for files that must not be committed'
  const paths = never.map((path) => `:(top,literal)${path}`)
  const range = [span.tip, ...span.known.map((commit) => `^${commit}`)]
  const args = ['log', '-z', '--full-history', '--diff-filter=AMT', '--no-renames', '--format=', '--name-only', ...range, '--', ...paths]
  const log = await site.inMemory({ doing, args })
  if (!log.ok) return log
  const arrived = await arrivals(site, span, never)
  if (!arrived.ok) return arrived
  const files = new Set([...log.value.stdout.split(/[\0\n]/).filter((path) => path !== ''), ...arrived.value])
  return files.size === 0 ? ok(undefined) : err({ reason: 'forbidden-file-committed', files: [...files] })
}

/** Those that the tip holds in a form that none of the known commits has: a merge's own doing, or a commit made anew. */
async function arrivals(
  site: Site,
  span: { tip: CommitId; known: readonly CommitId[] },
  never: readonly string[],
): Promise<Result<readonly string[], Failure>> {
  const known = new Set<string>()
  for (const commit of span.known) {
    const entries = await entriesOf(site, commit, never)
    if (!entries.ok) return entries
    for (const [path, entry] of entries.value) known.add(`${entry} ${path}`)
  }
  const entries = await entriesOf(site, span.tip, never)
  if (!entries.ok) return entries
  return ok([...entries.value].filter(([path, entry]) => !known.has(`${entry} ${path}`)).map(([path]) => path))
}

async function entriesOf(site: Site, commit: CommitId, paths: readonly string[]): Promise<Result<ReadonlyMap<string, string>, Failure>> {
  const doing = 'look for files that must not be committed'
  const answer = await site.inMemory({ doing, args: ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...paths] })
  return answer.ok ? ok(parseTree(answer.value.stdout)) : answer
}

/** Forgets a merge, cherry-pick or revert that an agent began, once its files are committed; and orch's own note of a conflict. */
export async function forgetUnfinished(site: Site, worktree: Worktree): Promise<Result<void, Failure>> {
  for (const name of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD']) {
    if ((await textOf(join(worktree.gitDir, name))) === null) continue
    const command = name.replace('_HEAD', '').replace('_', '-').toLowerCase()
    const forgotten = await site.inWorktree(worktree, { doing: `end a ${command}`, args: [command, '--quit'] })
    if (!forgotten.ok) return forgotten
  }
  return withFiles('end a conflict', worktree.path, () => rm(join(worktree.gitDir, conflictNote), { force: true }))
}

/** In the worktree's entry: the task's commit and the other side of the conflict that is laid out there. */
export const conflictNote = 'orch-conflict'
