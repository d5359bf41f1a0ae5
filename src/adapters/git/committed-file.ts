import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { TextFile } from '../../engine/ports/repository.js'
import { commitTree } from './commits.js'
import { inOwnIndex } from './own-index.js'
import type { Entry } from './raw-diff.js'
import { line, type Site } from './site.js'
import { blobText, entryAt, isBlob } from './trees.js'

/** One file's text at a commit; null when no file is there. */
export async function readFile(site: Site, commit: CommitId, path: string): Promise<Result<string | null, Failure>> {
  const entry = await blobAt(site, commit, path)
  if (!entry.ok || entry.value === null) return entry.ok ? ok(null) : entry
  return blobText(site, entry.value.oid, `read ${path}`)
}

/** A commit on top of `parent` that changes files, made in an index of its own; `parent` itself when their texts are the same. */
export async function commitFiles(
  site: Site,
  parent: CommitId,
  { files, message }: { files: readonly TextFile[]; message: string },
): Promise<Result<CommitId, Failure>> {
  const changes: Change[] = []
  for (const file of files) {
    const change = await changeOf(site, parent, file)
    if (!change.ok) return change
    if (change.value !== null) changes.push(change.value)
  }
  if (changes.length === 0) return ok(parent)
  const tree = await treeWith(site, parent, changes)
  return tree.ok ? commitTree(site, { tree: tree.value, parents: [parent], message }) : tree
}

interface Change {
  readonly path: string
  readonly entry: Entry
}

/** The file's text as git holds it from now on; null: as before. */
async function changeOf(site: Site, parent: CommitId, { path, text }: TextFile): Promise<Result<Change | null, Failure>> {
  const before = await blobAt(site, parent, path)
  if (!before.ok) return before
  const args = ['hash-object', '-w', '--no-filters', '--stdin']
  const oid = await line(site.inMemory({ doing: `write ${path}`, args, input: text }))
  if (!oid.ok) return oid
  if (before.value?.oid === oid.value) return ok(null)
  const mode = before.value?.mode === '100755' ? '100755' : '100644'
  return ok({ path, entry: { mode, oid: oid.value } })
}

async function blobAt(site: Site, commit: CommitId, path: string): Promise<Result<Entry | null, Failure>> {
  const entry = await entryAt(site, commit, path)
  if (entry !== 'unknown') return ok(entry !== null && isBlob(entry) ? entry : null)
  const answer = await site.inMemory({ doing: `look up ${path}`, args: ['ls-tree', '-z', '--full-tree', commit, '--', path] })
  if (!answer.ok) return answer
  const [, mode, oid] = /^(\d+) blob ([0-9a-f]+)\t/.exec(answer.value.stdout) ?? []
  return ok(mode === undefined || oid === undefined ? null : { mode, oid })
}

async function treeWith(site: Site, parent: CommitId, changes: readonly Change[]): Promise<Result<string, Failure>> {
  return inOwnIndex(site, async (env) => {
    const doing = `put ${changes.map((c) => c.path).join(', ')} into a commit`
    const read = await site.inMemory({ doing, args: ['read-tree', parent], env })
    if (!read.ok) return read
    const input = changes.map(({ path, entry }) => `${entry.mode} ${entry.oid}\t${path}\0`).join('')
    const added = await site.inMemory({ doing, args: ['update-index', '-z', '--index-info'], input, env })
    return added.ok ? line(site.inMemory({ doing, args: ['write-tree'], env })) : added
  })
}
