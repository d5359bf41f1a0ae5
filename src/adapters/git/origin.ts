import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { isAncestor } from './commits.js'
import type { Glimpse } from './glimpse.js'
import { isInside } from './place.js'
import { line, orchFolder, type Site } from './site.js'
import type { ListedWorktree } from './worktree-list.js'

/** The worktree of orch's whose work a commit is: it holds the commit, and none of the person's refs did. Null: none. */
export async function originOf(
  site: Site,
  commit: CommitId,
  { before, now }: { before: Glimpse; now: Glimpse },
): Promise<Result<string | null, Failure>> {
  const known = [...before.refs].filter(([name]) => !name.startsWith('refs/heads/orch/') && name !== 'refs/stash').map(([, id]) => id)
  const args = ['rev-list', '--max-count=1', '--stdin']
  const input = [commit, ...new Set(known)].map((id, i) => `${i === 0 ? '' : '^'}${id}\n`).join('')
  const fresh = await site.inMemory({ doing: 'see where a commit comes from', args, input, exits: [0, 128] })
  if (!fresh.ok) return fresh
  if (fresh.value.exitCode !== 0 || fresh.value.stdout === '') return ok(null)
  for (const { path, head } of ownWorktrees(site, now.worktrees)) {
    const holds = head === null ? ok(false) : await isAncestor(site, commit, head)
    if (!holds.ok) return holds
    if (holds.value) return ok(path)
  }
  return ok(null)
}

/** Git writes into a stash's message on which branch it was made; its first parent is the commit that was checked out. */
export async function stashOrigin(
  site: Site,
  entry: CommitId,
  worktrees: readonly ListedWorktree[],
): Promise<Result<{ place: string | null; madeIn: string | null }, Failure>> {
  const said = await line(site.inMemory({ doing: 'read the stash', args: ['log', '-1', '--format=%P%n%s', entry] }))
  if (!said.ok) return said
  const [parents = '', subject = ''] = said.value.split('\n')
  const branch = /^(?:WIP on|On) (.+?): /.exec(subject)?.[1] ?? null
  const isThere = (w: ListedWorktree): boolean =>
    branch === '(no branch)' ? w.branch === null && w.head === parents.split(' ')[0] : branch !== null && w.branch === branch
  const place = worktrees.find(isThere)?.path ?? null
  const isOwn = place !== null && ownWorktrees(site, worktrees).some((w) => w.path === place)
  return ok({ place, madeIn: isOwn ? place : null })
}

const ownWorktrees = (site: Site, worktrees: readonly ListedWorktree[]): readonly ListedWorktree[] =>
  worktrees.filter(({ path }) => isInside(path, orchFolder(site)))
