import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Git } from './git.js'
import { parseWorktreeList } from './worktree-list.js'

/** A branch of orch's, and the worktree in which it is checked out. */
export interface Leftover {
  readonly branch: string
  readonly tip: CommitId
  readonly worktree: string | null
}

/** All branches `orch/<run>/…` of a repository. */
export async function listLeftovers(git: Git, root: string): Promise<Result<readonly Leftover[], Failure>> {
  const doing = 'list the branches of earlier runs'
  const refs = await git.run({ doing, args: ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/orch/'], cwd: root })
  if (!refs.ok) return refs
  const listed = await git.run({ doing, args: ['worktree', 'list', '--porcelain', '-z'], cwd: root })
  if (!listed.ok) return listed
  const worktrees = parseWorktreeList(listed.value.stdout)
  const lines = refs.value.stdout.split('\n').filter((line) => line !== '')
  return ok(
    lines.map((line) => {
      const [ref = '', tip = ''] = line.split(' ')
      const branch = ref.replace('refs/heads/', '')
      return { branch, tip, worktree: worktrees.find((w) => w.branch === branch)?.path ?? null }
    }),
  )
}

/** Whether a commit is part of a branch that is not orch's own: then removing what points to it loses nothing. */
export async function isMergedSomewhere(git: Git, root: string, commit: CommitId): Promise<Result<CommitId | null, Failure>> {
  const args = ['for-each-ref', '--format=%(refname) %(objectname)', `--contains=${commit}`, 'refs/heads/']
  const containing = await git.run({ doing: 'see what is merged', args, cwd: root })
  if (!containing.ok) return containing
  const other = containing.value.stdout.split('\n').find((line) => line !== '' && !line.startsWith('refs/heads/orch/'))
  return ok(other?.split(' ')[1] ?? null)
}
