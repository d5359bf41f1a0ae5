import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { textOf } from './place.js'
import { line, type Site, type Worktree } from './site.js'

/** The ref that HEAD of a worktree stands for, as `refs/heads/…`; empty when it stands for a commit alone. */
export async function headRef(site: Site, worktree: Worktree): Promise<Result<string, Failure>> {
  const said = refIn((await textOf(join(worktree.gitDir, 'HEAD'))) ?? '')
  if (said !== null) return ok(said)
  return line(site.inWorktree(worktree, { doing: 'read HEAD', args: ['symbolic-ref', '--quiet', 'HEAD'], exits: [0, 1] }))
}

/** Null: git has to be asked, since a repository that keeps its refs otherwise says `.invalid` there. */
function refIn(text: string): string | null {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})\n$/.test(text)) return ''
  const ref = /^ref: (refs\/heads\/[^\s]+)\n$/.exec(text)?.[1] ?? null
  return ref === 'refs/heads/.invalid' ? null : ref
}
