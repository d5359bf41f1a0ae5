import { dirname } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { linksOf } from './ancestry.js'
import { emptyTree } from './empty-tree.js'
import type { AttributesFile } from './merge-attributes.js'
import { type Entry, parseRawDiff } from './raw-diff.js'
import type { Site } from './site.js'
import { blobText, isFolder, type Tree, treeAt } from './trees.js'

/** The `.gitattributes` files of a tree, by path. */
export interface AttributesOf {
  readonly tree: string
  readonly files: ReadonlyMap<string, Entry>
}

const doing = 'read how files are merged'
const fileName = '.gitattributes'

/** Git itself reads them from a checkout only, and from a commit only since 2.41. */
export async function attributesFiles(site: Site, commit: CommitId): Promise<Result<readonly AttributesFile[], Failure>> {
  const listed = await listedAt(site, commit)
  if (!listed.ok) return listed
  const files: AttributesFile[] = []
  for (const [path, { mode, oid }] of listed.value) {
    if (!mode.startsWith('100')) continue
    const text = await blobText(site, oid, doing)
    if (!text.ok) return text
    files.push({ folder: dirname(path) === '.' ? '' : dirname(path), text: text.value })
  }
  return ok(files)
}

/** One stage's merges differ in few folders: only these are looked into again. */
async function listedAt(site: Site, commit: CommitId): Promise<Result<ReadonlyMap<string, Entry>, Failure>> {
  const tree = (await linksOf(site, commit))?.tree ?? null
  const last = site.learned.attributes
  const found = tree === null ? null : await foundFrom(site, last, tree)
  const files = found === null ? await listedByGit(site, commit) : ok(found)
  if (files.ok && tree !== null) site.learned.attributes = { tree, files: files.value }
  return files
}

async function listedByGit(site: Site, commit: CommitId): Promise<Result<ReadonlyMap<string, Entry>, Failure>> {
  const only = ['--', `:(top,glob)**/${fileName}`]
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', emptyTree[site.objectFormat], commit, ...only]
  const listed = await site.inMemory({ doing, args })
  if (!listed.ok) return listed
  return ok(new Map(parseRawDiff(listed.value.stdout).flatMap(({ path, after }) => (after === null ? [] : [[path, after]]))))
}

/** With more folders than these to look into, one git process is cheaper. */
const mostFolders = 200

/** Two versions of a folder, of which either may be absent. */
interface Folder {
  /** Ends with a slash; empty: the top. */
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** From what another tree has, looking only where the two differ. Null: that is too much, or something cannot be read. */
async function foundFrom(site: Site, last: AttributesOf | null, tree: string): Promise<ReadonlyMap<string, Entry> | null> {
  const files = new Map(last?.files)
  let level: readonly Folder[] = last?.tree === tree ? [] : [{ path: '', before: last?.tree ?? null, after: tree }]
  let folders = 0
  while (level.length > 0) {
    folders += level.length
    const compared = folders > mostFolders ? [null] : await Promise.all(level.map((folder) => compare(site, folder, files)))
    const below: Folder[] = []
    for (const one of compared) {
      if (one === null) return null
      below.push(...one)
    }
    level = below
  }
  return files
}

/** Notes the folder's own file. @returns the folders in it that differ */
async function compare(site: Site, folder: Folder, files: Map<string, Entry>): Promise<readonly Folder[] | null> {
  const empty: Tree = new Map()
  const before = folder.before === null ? empty : await treeAt(site, folder.before)
  const after = folder.after === null ? empty : await treeAt(site, folder.after)
  if (before === null || after === null) return null
  const own = after.get(fileName)
  const path = `${folder.path}${fileName}`
  if (own === undefined || isFolder(own)) files.delete(path)
  else files.set(path, own)
  const treeIn = (side: Tree, name: string): string | null => (isFolder(side.get(name)) ? (side.get(name)?.oid ?? null) : null)
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ path: `${folder.path}${name}/`, before: treeIn(before, name), after: treeIn(after, name) }))
    .filter((one) => one.before !== one.after)
}
