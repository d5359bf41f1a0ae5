import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { mayHoldGitlink } from './index-text.js'
import { isRealFolder, saysAbsent } from './place.js'
import type { Site, Worktree } from './site.js'
import { isGone } from './worktrees.js'

/**
 * Paths at which an index has a commit of another repository: submodules, and repositories that were added as a whole. Without a git
 * process where there is none.
 * @param index where the index lies that `site` works with; the worktree's own when absent
 */
export async function gitlinksIn(
  site: Site,
  worktree: Worktree,
  index = join(worktree.gitDir, 'index'),
): Promise<Result<readonly string[], Failure>> {
  const bytes = await readFile(index).catch((error: unknown) => (saysAbsent(error) ? Buffer.alloc(0) : null))
  if (bytes !== null && !mayHoldGitlink(bytes)) return ok([])
  const listed = await site.inWorktree(worktree, { doing: 'look for submodules', args: ['ls-files', '--stage', '-z', '--full-name', ':/'] })
  return listed.ok ? ok(gitlinksOf(listed.value.stdout)) : listed
}

/** Those of a commit or a tree. */
export async function gitlinksAt(site: Site, tree: string): Promise<Result<readonly string[], Failure>> {
  const listed = await site.inMemory({ doing: 'look for submodules', args: ['ls-tree', '-r', '-z', '--full-tree', tree] })
  return listed.ok ? ok(gitlinksOf(listed.value.stdout)) : listed
}

/** Reads what `git ls-files --stage -z` or `git ls-tree -r -z` lists: the mode first, the path last. */
const gitlinksOf = (text: string): readonly string[] => [
  ...new Set(text.split('\0').flatMap((line) => (line.startsWith('160000 ') ? [line.slice(line.indexOf('\t') + 1)] : []))),
]

/** Gitlinks in whose folder a repository may lie, whatever state that is in: git would start itself in there, by that repository's settings. */
export async function populatedGitlinks(site: Site, worktree: Worktree, index?: string): Promise<Result<readonly string[], Failure>> {
  const links = await gitlinksIn(site, worktree, index)
  if (!links.ok) return links
  const populated: string[] = []
  for (const path of links.value) {
    const folder = join(worktree.path, path)
    if ((await isRealFolder(folder)) && !(await isGone(join(folder, '.git')))) populated.push(path)
  }
  return ok(populated)
}
