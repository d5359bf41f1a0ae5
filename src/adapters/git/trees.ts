import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { linksOf } from './ancestry.js'
import type { Entry } from './raw-diff.js'
import type { Site } from './site.js'

/** What a folder of a commit holds, by name. */
export type Tree = ReadonlyMap<string, Entry>

export const isFolder = (entry: Entry | undefined): boolean => entry?.mode === '040000'

/** Files and symbolic links. */
export const isBlob = (entry: Entry | undefined): boolean => entry?.mode.startsWith('100') === true || entry?.mode === '120000'

/** A file's text. @param doing for the failure */
export async function blobText(site: Site, oid: string, doing: string): Promise<Result<string, Failure>> {
  const found = await site.objects.read(oid)
  if (found?.type === 'blob') return ok(found.content.toString('utf8'))
  const blob = await site.inMemory({ doing, args: ['cat-file', 'blob', oid] })
  return blob.ok ? ok(blob.value.stdout) : blob
}

/** Null: git has to be asked in the ordinary way. */
export async function treeAt(site: Site, tree: string): Promise<Tree | null> {
  const found = await site.objects.read(tree)
  return found?.type === 'tree' ? parseTreeObject(found.content, found.id.length / 2) : null
}

/**
 * What is at a path of a commit or a tree, without a git process of its own. `unknown`: git has to be asked in the ordinary way.
 * @returns null when nothing is there
 */
export async function entryAt(site: Site, commit: CommitId, path: string): Promise<Entry | null | 'unknown'> {
  const names = path.split('/')
  // These git reads in its own way, and these cannot be told apart here.
  if (path.startsWith(':') || path.includes('\ufffd') || names.some((name) => name === '' || name === '.' || name === '..'))
    return 'unknown'
  const links = await linksOf(site, commit)
  let entry: Entry = { mode: '040000', oid: links?.tree ?? commit }
  for (const name of names) {
    const tree = isFolder(entry) ? await treeAt(site, entry.oid) : new Map<string, Entry>()
    if (tree === null) return 'unknown'
    const next = tree.get(name)
    if (next === undefined) return null
    entry = next
  }
  return entry
}

/** Reads a tree object: `<mode> <name>`, a zero byte, the id's bytes, one after the other. @param idLength bytes */
export function parseTreeObject(content: Buffer, idLength: number): Tree {
  const entries = new Map<string, Entry>()
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    const end = content.indexOf(0, space)
    if (space === -1 || end === -1) break
    const mode = content.toString('latin1', at, space)
    const oid = content.toString('hex', end + 1, end + 1 + idLength)
    entries.set(content.toString('utf8', space + 1, end), { mode: canonical(mode), oid })
    at = end + 1 + idLength
  }
  return entries
}

/** As git itself tells of modes that old programs wrote. */
function canonical(mode: string): string {
  const bits = Number.parseInt(mode, 8)
  if ((bits & 0o170000) === 0o100000) return (bits & 0o100) === 0 ? '100644' : '100755'
  return mode.padStart(6, '0')
}
