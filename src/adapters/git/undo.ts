import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { commitTree, treeOf } from './commits.js'
import { commitFiles } from './committed-file.js'
import { mergeTrees } from './merge-trees.js'
import { line, type Site } from './site.js'

/** The commits that a span brought. */
export interface Brought {
  readonly from: CommitId
  readonly to: CommitId
}

/** Whether a branch of a remote is known to hold any commit of `from..to`. */
export async function isPushed(site: Site, { from, to }: Brought): Promise<Result<boolean, Failure>> {
  const count = (more: readonly string[]) =>
    line(site.inRepository({ doing: 'see what was pushed', args: ['rev-list', '--count', to, `^${from}`, ...more] }))
  const all = await count([])
  if (!all.ok) return all
  const unpushed = await count(['--not', '--remotes'])
  return unpushed.ok ? ok(unpushed.value !== all.value) : unpushed
}

/** The merges of milestones in a span, and what else says in its trailers that it is a task's merge. */
export async function taskMergesIn(site: Site, { from, to }: Brought): Promise<Result<readonly CommitId[], Failure>> {
  const args = ['rev-list', '--topo-order', '--min-parents=2', '--max-parents=2', '--grep=^Orch-Task:', to, `^${from}`]
  const answer = await site.inMemory({ doing: 'look for merges', args })
  return answer.ok ? ok(answer.value.stdout.split('\n').filter((commit) => commit !== '')) : answer
}

export type Reverted =
  | { readonly kind: 'reverted'; readonly commit: CommitId }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }

/**
 * A commit on top of `tip` that takes back what a span brought, as `git revert` would, made in memory. One file, the board, is not
 * reverted: it gets the text that is given.
 */
export async function revertOnTop(
  site: Site,
  undo: Brought & { tip: CommitId; message: string; board: { path: string; text: string } },
): Promise<Result<Reverted, Failure>> {
  const { board, message, tip } = undo
  const withBoard = (commit: CommitId) => commitFiles(site, commit, { files: [board], message: 'For a revert\n' })
  const base = await withBoard(undo.to)
  if (!base.ok) return base
  // Git takes the merge base from the history, so the three trees are given one that says what is meant.
  const side = async (commit: CommitId): Promise<Result<CommitId, Failure>> => {
    const boarded = await withBoard(commit)
    const tree = boarded.ok ? await treeOf(site, boarded.value) : boarded
    return tree.ok ? commitTree(site, { tree: tree.value, parents: [base.value], message: 'For a revert\n' }) : tree
  }
  const [ours, theirs] = [await side(tip), await side(undo.from)]
  if (!ours.ok) return ours
  if (!theirs.ok) return theirs
  const merged = await mergeTrees(site, ours.value, theirs.value)
  if (!merged.ok) return merged
  const { tree, files } = merged.value
  if (files.length > 0) return ok({ kind: 'conflict', files })
  const made = await commitTree(site, { tree, parents: [tip], message })
  return made.ok ? ok({ kind: 'reverted', commit: made.value }) : made
}
