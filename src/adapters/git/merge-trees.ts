import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { attributesFiles } from './attributes-files.js'
import { withFiles } from './git-failure.js'
import { mergeAttributes } from './merge-attributes.js'
import { type MergedTree, parseMergeTree } from './merge-tree-output.js'
import { indexPrefix } from './own-git-folder.js'
import type { Site } from './site.js'
import { mergeStructures, type StructuredTree } from './structural.js'

/**
 * Merges two commits in memory, as `ours` says in its attributes, as far as git can do that without another program; what is left in
 * conflict then is given to the one that merges by structure, where there is one.
 */
export async function mergeTrees(site: Site, ours: CommitId, theirs: CommitId): Promise<Result<StructuredTree, Failure>> {
  const merged = await mergeLines(site, ours, theirs)
  return merged.ok ? mergeStructures(site, merged.value) : merged
}

async function mergeLines(site: Site, ours: CommitId, theirs: CommitId): Promise<Result<MergedTree, Failure>> {
  const files = await attributesFiles(site, ours)
  if (!files.ok) return files
  const attributes = mergeAttributes(files.value)
  return attributes === '' ? merge(site, [ours, theirs], null) : withFile(site, attributes, (path) => merge(site, [ours, theirs], path))
}

async function merge(site: Site, commits: readonly CommitId[], attributes: string | null): Promise<Result<MergedTree, Failure>> {
  const config = attributes === null ? [] : ['-c', `core.attributesFile=${attributes}`]
  const args = [...config, 'merge-tree', '--write-tree', '-z', '--messages', ...commits]
  const answer = await site.inMemory({ doing: 'merge', args, exits: [0, 1] })
  return answer.ok ? ok(parseMergeTree(answer.value.stdout, answer.value.exitCode === 0)) : answer
}

/** In a folder of its own, since several merges may be under way. */
async function withFile<T>(site: Site, text: string, act: (path: string) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
  const doing = 'say how files are merged'
  const folder = await withFiles(doing, site.ownFolder, async () => {
    const made = await mkdtemp(join(site.ownFolder, indexPrefix))
    await writeFile(join(made, 'attributes'), text)
    return made
  })
  if (!folder.ok) return folder
  const done = await act(join(folder.value, 'attributes'))
  const removed = await withFiles(doing, folder.value, () => rm(folder.value, { recursive: true, force: true }))
  return removed.ok ? done : removed
}
