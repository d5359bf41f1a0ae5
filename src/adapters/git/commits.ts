import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { MilestoneId } from '../../core/milestone.js'
import { ok, type Result } from '../../core/result.js'
import type { MergeTrial } from '../../engine/ports.js'
import { mergeTrees } from './merge-trees.js'
import { milestoneLogChoice, milestoneLogFormat, parseMilestoneLog } from './milestone-trailers.js'
import { type Change, parseRawDiff } from './raw-diff.js'
import { line, type Site, yes } from './site.js'

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly CommitId[]
  readonly message: string
}

/** Makes a commit that nothing points to yet. */
export async function commitTree(site: Site, commit: NewCommit): Promise<Result<CommitId, Failure>> {
  const who = await site.identity()
  if (!who.ok) return who
  const parents = commit.parents.flatMap((parent) => ['-p', parent])
  return line(site.inMemory({ doing: 'commit', args: ['commit-tree', commit.tree, ...parents], input: commit.message, env: who.value }))
}

export const treeOf = (site: Site, commit: CommitId): Promise<Result<string, Failure>> =>
  line(site.inMemory({ doing: `read the commit ${commit}`, args: ['rev-parse', '--verify', `${commit}^{tree}`] }))

export const isAncestor = (site: Site, commit: CommitId, of: CommitId): Promise<Result<boolean, Failure>> =>
  yes(site.inMemory({ doing: 'compare two commits', args: ['merge-base', '--is-ancestor', commit, of], exits: [0, 1] }))

export async function changesBetween(site: Site, from: CommitId, to: CommitId): Promise<Result<readonly Change[], Failure>> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, to]
  const answer = await site.inMemory({ doing: 'compare two commits', args })
  return answer.ok ? ok(parseRawDiff(answer.value.stdout)) : answer
}

export async function diff(site: Site, from: CommitId, to: CommitId): Promise<Result<string, Failure>> {
  const args = ['diff-tree', '-r', '-p', '-M', '--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/', from, to]
  const answer = await site.inMemory({ doing: 'compare two commits', args })
  return answer.ok ? ok(answer.value.stdout) : answer
}

/** Always a commit with two parents, unless `onto` holds the commit already. */
export async function tryMerge(
  site: Site,
  merge: { onto: CommitId; commit: CommitId; message: string },
): Promise<Result<MergeTrial, Failure>> {
  const { onto, commit, message } = merge
  const contained = await isAncestor(site, commit, onto)
  if (!contained.ok) return contained
  if (contained.value) return ok({ kind: 'merged', commit: onto })
  const merged = await mergeTrees(site, onto, commit)
  if (!merged.ok) return merged
  const { tree, files, notes } = merged.value
  if (files.length > 0) return ok({ kind: 'conflict', files, tree, notes })
  const made = await commitTree(site, { tree, parents: [onto, commit], message })
  return made.ok ? ok({ kind: 'merged', commit: made.value }) : made
}

export async function mergedMilestones(
  site: Site,
  tip: CommitId,
): Promise<Result<ReadonlyMap<MilestoneId, { commit: CommitId; hash: string | null }>, Failure>> {
  const args = ['log', '-z', '--topo-order', ...milestoneLogChoice, `--format=${milestoneLogFormat}`, tip]
  // Asked for a plan as well, which leaves nothing behind: not even the folder for work in memory.
  const answer = await site.inRepository({ doing: 'look for merged milestones', args })
  return answer.ok ? ok(parseMilestoneLog(answer.value.stdout)) : answer
}
