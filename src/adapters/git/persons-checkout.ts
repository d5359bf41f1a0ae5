import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Checkout } from './checkout.js'
import { folderOf, textOf } from './place.js'
import { line, type Site } from './site.js'
import { exists, listWorktrees } from './worktrees.js'

/** A checkout that a person works in. */
export interface PersonsCheckout extends Checkout {
  /** Its own git folder: HEAD, index, unfinished merges. */
  readonly gitDir: string
}

/** The checkouts that have the branch; one whose folder is gone does not count. */
export async function checkoutsOf(site: Site, branch: string): Promise<Result<readonly PersonsCheckout[], Failure>> {
  const listed = await listWorktrees(site)
  if (!listed.ok) return listed
  const found: PersonsCheckout[] = []
  for (const { path } of listed.value.filter((worktree) => worktree.branch === branch)) {
    if (!(await exists(path))) continue
    // Of a submodule, git lists its git folder as the checkout.
    const args = ['rev-parse', '--show-toplevel', '--absolute-git-dir']
    const places = await line(site.git.run({ doing: `look at the checkout ${path}`, args, cwd: path }))
    if (!places.ok) return places
    const [top = path, gitDir = ''] = places.value.split(/\r?\n/).map((place) => resolve(place))
    found.push({ path: top, gitDir, ask: (ask) => site.git.run({ ...ask, cwd: top }) })
  }
  return ok(found)
}

const unfinished: readonly (readonly [file: string, what: string])[] = [
  ['MERGE_HEAD', 'a merge'],
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['BISECT_LOG', 'a bisect'],
]

/** What a person has begun with the branch and not ended. A rebase or bisect detaches HEAD, but comes back to the branch. */
export async function unfinishedIn(
  site: Site,
  branch: string,
  checkouts: readonly PersonsCheckout[],
): Promise<{ readonly path: string; readonly detail: string } | null> {
  for (const { path, gitDir } of checkouts) {
    for (const [file, what] of unfinished) if (await exists(join(gitDir, file))) return { path, detail: `${what} is under way` }
  }
  const entries = await readdir(join(site.commonDir, 'worktrees')).catch(() => [])
  for (const gitDir of [site.commonDir, ...entries.map((name) => join(site.commonDir, 'worktrees', name))]) {
    const what = await detouredFrom(gitDir, branch)
    if (what !== null) return { path: (await folderOf(gitDir)) ?? site.root, detail: `${what} of ${branch} is under way` }
  }
  return null
}

async function detouredFrom(gitDir: string, branch: string): Promise<string | null> {
  for (const folder of ['rebase-merge', 'rebase-apply']) {
    if ((await textOf(join(gitDir, folder, 'head-name')))?.trim() === `refs/heads/${branch}`) return 'a rebase'
  }
  return (await textOf(join(gitDir, 'BISECT_START')))?.trim() === branch ? 'a bisect' : null
}
