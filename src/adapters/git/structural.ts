import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { ConflictedFile, MergedTree } from './merge-tree-output.js'
import { inOwnIndex } from './own-index.js'
import type { Entry } from './raw-diff.js'
import { line, type Site } from './site.js'
import { blobText } from './trees.js'

/** A merge, and which of its files a program for structure has merged where git could not. */
export interface StructuredTree extends MergedTree {
  readonly structural: readonly string[]
}

/** Gives the files over which git stumbled to the program that merges by structure, if there is one. What it leaves stays in conflict. */
export async function mergeStructures(site: Site, merged: MergedTree): Promise<Result<StructuredTree, Failure>> {
  const puts: { path: string; entry: Entry }[] = []
  for (const conflict of site.structuralMerge === null ? [] : merged.conflicts) {
    const entry = await mergeOne(site, conflict)
    if (!entry.ok) return entry
    if (entry.value !== null) puts.push({ path: conflict.path, entry: entry.value })
  }
  if (puts.length === 0) return ok({ ...merged, structural: [] })
  const tree = await treeWith(site, merged.tree, puts)
  if (!tree.ok) return tree
  const structural = puts.map((put) => put.path)
  const files = merged.files.filter((file) => !structural.includes(file))
  return ok({ ...merged, tree: tree.value, files, notes: files.length === 0 ? '' : merged.notes, structural })
}

/** Ordinary files with text on both sides; where both added it, there was nothing before. Null: not merged. */
async function mergeOne(site: Site, { path, base, ours, theirs }: ConflictedFile): Promise<Result<Entry | null, Failure>> {
  if (site.structuralMerge === null || ours.mode !== theirs.mode || !ours.mode.startsWith('100')) return ok(null)
  const texts: string[] = []
  for (const entry of [base, ours, theirs]) {
    const text = entry === null ? ok('') : await textOf(site, entry)
    if (!text.ok) return text
    if (text.value === null) return ok(null)
    texts.push(text.value)
  }
  const [before = '', left = '', right = ''] = texts
  const merged = await site.structuralMerge({ path, base: before, ours: left, theirs: right })
  if (merged === null) return ok(null)
  const args = ['hash-object', '-w', '--no-filters', '--stdin']
  const oid = await line(site.inMemory({ doing: `write ${path}`, args, input: merged }))
  return oid.ok ? ok({ mode: ours.mode, oid: oid.value }) : oid
}

/** Null: this is no text that would come back as it was. */
async function textOf(site: Site, { oid }: Entry): Promise<Result<string | null, Failure>> {
  const text = await blobText(site, oid, 'read a side of a conflict')
  return text.ok ? ok(/[\0\ufffd]/.test(text.value) ? null : text.value) : text
}

function treeWith(site: Site, tree: string, puts: readonly { path: string; entry: Entry }[]): Promise<Result<string, Failure>> {
  return inOwnIndex(site, async (env) => {
    const doing = 'put merged files into a tree'
    const read = await site.inMemory({ doing, args: ['read-tree', tree], env })
    if (!read.ok) return read
    const input = puts.map(({ path, entry }) => `${entry.mode} ${entry.oid}\t${path}\0`).join('')
    const added = await site.inMemory({ doing, args: ['update-index', '-z', '--index-info'], input, env })
    return added.ok ? line(site.inMemory({ doing, args: ['write-tree'], env })) : added
  })
}
