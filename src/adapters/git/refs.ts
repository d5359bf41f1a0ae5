import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { textOf } from './place.js'
import { line, type Site, type Worktree } from './site.js'

/** A branch's move; `from` null: it must not exist yet. */
export interface Move {
  readonly branch: string
  readonly from: CommitId | null
  readonly to: CommitId
  /** Goes into the reflog. */
  readonly why: string
}

const refOf = (branch: string): string => `refs/heads/${branch}`

/** Git's word for "not there". */
const absent = (site: Site): string => '0'.repeat(site.objectFormat === 'sha256' ? 64 : 40)

/** A branch's commit; null when there is no such branch. */
export async function tipOf(site: Site, branch: string): Promise<Result<CommitId | null, Failure>> {
  const found = await site.refs.find(`${refOf(branch)}^{commit}`)
  if (found !== null) return ok(found.id)
  if (await isPlainlyAbsent(site.commonDir, refOf(branch))) return ok(null)
  const answer = await site.inRepository({
    doing: `look up the branch ${branch}`,
    args: ['rev-parse', '--verify', '--quiet', `${refOf(branch)}^{commit}`],
    exits: [0, 1],
  })
  if (!answer.ok) return answer
  return ok(answer.value.exitCode === 0 ? answer.value.stdout.trim() : null)
}

/** Of a longer list, git finds one sooner than it can be read here. */
const mostPackedBytes = 1_000_000

/** There is neither a file for it nor a line among those that are packed (gitrepository-layout(5)). False: git has to say. */
async function isPlainlyAbsent(commonDir: string, ref: string): Promise<boolean> {
  const others = [await sizeOf(join(commonDir, 'reftable')), await sizeOf(join(commonDir, ref))]
  const size = await sizeOf(join(commonDir, 'packed-refs'))
  if (others.some((one) => one !== 'absent') || size === 'unknown') return false
  const packed = size === 'absent' ? '' : size <= mostPackedBytes ? await textOf(join(commonDir, 'packed-refs')) : null
  return packed !== null && !packed.includes(` ${ref}\n`)
}

const sizeOf = (path: string): Promise<number | 'absent' | 'unknown'> =>
  lstat(path).then(
    ({ size }) => size,
    (error: unknown) => (error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'unknown'),
  )

export async function branchTip(site: Site, branch: string): Promise<Result<CommitId, Failure>> {
  const tip = await tipOf(site, branch)
  if (!tip.ok) return tip
  return tip.value === null ? err({ reason: 'branch-missing', branch }) : ok(tip.value)
}

/** Compare-and-swap. Being at `to` already is success. For use within a turn. */
export async function swap(site: Site, move: Move): Promise<Result<void, Failure>> {
  const { branch, from, to, why } = move
  // Git itself refuses to make one that is there.
  const tip = from === null ? ok(null) : await tipOf(site, branch)
  if (!tip.ok) return tip
  if (tip.value === to) return arrived(site, move)
  const moved = err({ reason: 'branch-moved', branch, expected: from ?? 'nothing' } as const)
  if (tip.value !== from) return moved
  const args = ['update-ref', '--no-deref', '--create-reflog', '-m', `orch: ${why}`, refOf(branch), to, from ?? absent(site)]
  const swapped = await site.inRepository({ doing: `move the branch ${branch}`, args })
  if (swapped.ok) return arrived(site, move)
  // Somebody may have been quicker between the look and the move.
  const now = await tipOf(site, branch)
  if (now.ok && now.value === to) return arrived(site, move)
  return now.ok && now.value !== from ? moved : swapped
}

/** Noted also when it was there already: the move may have been ours, cut off before this could be done. */
function arrived(site: Site, { branch, to }: Move): Result<void, Failure> {
  site.ownMoves.set(refOf(branch), to)
  return ok(undefined)
}

/** The commit at which one of orch's worktrees stands. */
export async function headOf(site: Site, worktree: Worktree): Promise<Result<CommitId, Failure>> {
  const found = await site.refs.find(`worktrees/${basename(worktree.gitDir)}/HEAD^{commit}`)
  if (found !== null) return ok(found.id)
  return line(site.inWorktree(worktree, { doing: 'read HEAD', args: ['rev-parse', '--verify', 'HEAD^{commit}'] }))
}

/** The same; null where there is none, as when somebody deleted the branch. */
export async function headIfAny(site: Site, worktree: Worktree): Promise<Result<CommitId | null, Failure>> {
  const args = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']
  const head = await line(site.inWorktree(worktree, { doing: 'read HEAD', args, exits: [0, 1] }))
  return head.ok ? ok(head.value === '' ? null : head.value) : head
}

/** Deletes a branch that is still at `tip`. For use within a turn. */
export async function deleteBranch(site: Site, branch: string, tip: CommitId): Promise<Result<void, Failure>> {
  const deleted = await site.inRepository({
    doing: `delete the branch ${branch}`,
    args: ['update-ref', '--no-deref', '-d', refOf(branch), tip],
  })
  if (deleted.ok) site.ownMoves.set(refOf(branch), null)
  return deleted.ok ? ok(undefined) : deleted
}

/** Gives a commit a ref of its own, outside of the branches. */
export async function keepUnder(site: Site, ref: string, commit: CommitId): Promise<Result<void, Failure>> {
  const kept = await site.git.inTurn(() => site.inRepository({ doing: `keep ${ref}`, args: ['update-ref', ref, commit] }))
  return kept.ok ? ok(undefined) : kept
}

/** Gives a commit that would lose its last name one under `refs/orch/kept/`. For use within a turn. */
export async function keepReachable(site: Site, commit: CommitId): Promise<Result<void, Failure>> {
  const args = ['update-ref', `${keptRefs}${commit}`, commit]
  const kept = await site.inRepository({ doing: 'keep a commit', args })
  return kept.ok ? ok(undefined) : kept
}

export const keptRefs = 'refs/orch/kept/'
