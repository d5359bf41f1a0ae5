import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { MergeTrial } from '../../engine/ports/repository.js'
import { isAncestorNearby, linksOf } from './ancestry.js'
import { mergeTrees } from './merge-trees.js'
import { type MergedMilestones, milestoneLogChoice, milestoneLogFormat, parseMilestoneLog } from './milestone-trailers.js'
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
  const args = ['commit-tree', commit.tree, ...parents]
  const made = await line(site.inMemory({ doing: 'commit', args, input: commit.message, env: who.value }))
  if (made.ok) site.learned.commits.note(made.value, { tree: commit.tree, parents: commit.parents })
  return made
}

export async function treeOf(site: Site, commit: CommitId): Promise<Result<string, Failure>> {
  const links = await linksOf(site, commit)
  if (links !== null) return ok(links.tree)
  // Of a tree, it is the tree itself.
  const found = await site.objects.find(`${commit}^{tree}`)
  if (found !== null) return ok(found.id)
  return line(site.inMemory({ doing: `read the commit ${commit}`, args: ['rev-parse', '--verify', `${commit}^{tree}`] }))
}

export async function isAncestor(site: Site, commit: CommitId, of: CommitId): Promise<Result<boolean, Failure>> {
  const nearby = await isAncestorNearby(site, commit, of)
  if (nearby !== null) return ok(nearby)
  return yes(site.inMemory({ doing: 'compare two commits', args: ['merge-base', '--is-ancestor', commit, of], exits: [0, 1] }))
}

/** Of a name that somebody else wrote: nothing but a hash, or the beginning of one, is looked up. */
export async function commitNamed(site: Site, name: string, within: CommitId): Promise<Result<CommitId | null, Failure>> {
  if (!/^[0-9a-f]{7,64}$/i.test(name)) return ok(null)
  const whole = await linksOf(site, name.toLowerCase())
  const commit = whole === null ? await lookedUp(site, name) : ok(name.toLowerCase())
  if (!commit.ok || commit.value === null) return commit
  const isPart = await isAncestor(site, commit.value, within)
  return isPart.ok ? ok(isPart.value ? commit.value : null) : isPart
}

async function lookedUp(site: Site, name: string): Promise<Result<CommitId | null, Failure>> {
  const args = ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]
  // 128: there are several that begin so.
  const found = await site.inMemory({ doing: 'look for a commit', args, exits: [0, 1, 128] })
  if (!found.ok) return found
  const commit = found.value.stdout.trim()
  return ok(found.value.exitCode !== 0 || commit === '' ? null : commit)
}

export async function changesBetween(site: Site, from: CommitId, to: CommitId): Promise<Result<readonly Change[], Failure>> {
  const { changes } = site.learned
  if (from === to) return ok([])
  if (changes?.from === from && changes.to === to) return ok(changes.value)
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, to]
  const answer = await site.inMemory({ doing: 'compare two commits', args })
  if (!answer.ok) return answer
  const value = parseRawDiff(answer.value.stdout)
  site.learned.changes = { from, to, value }
  return ok(value)
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
  const { tree, files, notes, structural } = merged.value
  if (files.length > 0) return ok({ kind: 'conflict', files, tree, notes })
  const made = await commitTree(site, { tree, parents: [onto, commit], message: withStructural(message, structural) })
  if (!made.ok) return made
  return ok({ kind: 'merged', commit: made.value, ...(structural.length === 0 ? {} : { structural }) })
}

/** One more trailer for each file, so that whoever reads the history knows which were merged by a program and not by git. */
const withStructural = (message: string, files: readonly string[]): string =>
  `${message}${files.map((file) => `Orch-Structural-Merge: ${file}\n`).join('')}`

export async function mergedMilestones(site: Site, tip: CommitId): Promise<Result<MergedMilestones, Failure>> {
  if (site.learned.milestones?.tip === tip) return ok(site.learned.milestones.value)
  const args = ['log', '-z', '--topo-order', ...milestoneLogChoice, `--format=${milestoneLogFormat}`, tip]
  // Asked for a plan as well, which leaves nothing behind: not even the folder for work in memory.
  const answer = await site.inRepository({ doing: 'look for merged milestones', args })
  if (!answer.ok) return answer
  const value = parseMilestoneLog(answer.value.stdout)
  site.learned.milestones = { tip, value }
  return ok(value)
}
