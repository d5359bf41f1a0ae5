import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { commitTree } from './commits.js'
import { withFiles } from './git-failure.js'
import { indexPrefix } from './own-git-folder.js'
import type { Entry } from './raw-diff.js'
import { line, type Site } from './site.js'

/** One file's text at a commit; null when no file is there. */
export async function readFile(site: Site, commit: CommitId, path: string): Promise<Result<string | null, Failure>> {
  const entry = await entryAt(site, commit, path)
  if (!entry.ok || entry.value === null) return entry.ok ? ok(null) : entry
  const answer = await site.inMemory({ doing: `read ${path}`, args: ['cat-file', 'blob', entry.value.oid] })
  return answer.ok ? ok(answer.value.stdout) : answer
}

/** A commit on top of `parent` that changes one file, made in an index of its own; `parent` itself when the text is the same. */
export async function commitFile(
  site: Site,
  parent: CommitId,
  file: { path: string; text: string; message: string },
): Promise<Result<CommitId, Failure>> {
  const before = await entryAt(site, parent, file.path)
  if (!before.ok) return before
  const args = ['hash-object', '-w', '--no-filters', '--stdin']
  const oid = await line(site.inMemory({ doing: `write ${file.path}`, args, input: file.text }))
  if (!oid.ok) return oid
  if (before.value?.oid === oid.value) return ok(parent)
  const mode = before.value?.mode === '100755' ? '100755' : '100644'
  const tree = await treeWith(site, parent, { path: file.path, entry: { mode, oid: oid.value } })
  return tree.ok ? commitTree(site, { tree: tree.value, parents: [parent], message: file.message }) : tree
}

async function entryAt(site: Site, commit: CommitId, path: string): Promise<Result<Entry | null, Failure>> {
  const answer = await site.inMemory({ doing: `look up ${path}`, args: ['ls-tree', '-z', '--full-tree', commit, '--', path] })
  if (!answer.ok) return answer
  const [, mode, oid] = /^(\d+) blob ([0-9a-f]+)\t/.exec(answer.value.stdout) ?? []
  return ok(mode === undefined || oid === undefined ? null : { mode, oid })
}

async function treeWith(site: Site, parent: CommitId, put: { path: string; entry: Entry }): Promise<Result<string, Failure>> {
  return inOwnIndex(site, async (env) => {
    const doing = `put ${put.path} into a commit`
    const read = await site.inMemory({ doing, args: ['read-tree', parent], env })
    if (!read.ok) return read
    const input = `${put.entry.mode} ${put.entry.oid}\t${put.path}\0`
    const added = await site.inMemory({ doing, args: ['update-index', '-z', '--index-info'], input, env })
    return added.ok ? line(site.inMemory({ doing, args: ['write-tree'], env })) : added
  })
}

/** Does something with an index that nobody else uses, which is gone afterwards. */
export async function inOwnIndex<T>(
  site: Site,
  act: (env: { readonly GIT_INDEX_FILE: string }) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const folder = await withFiles('make an index', site.ownFolder, async () => {
    await mkdir(site.ownFolder, { recursive: true })
    return mkdtemp(join(site.ownFolder, indexPrefix))
  })
  if (!folder.ok) return folder
  try {
    return await act({ GIT_INDEX_FILE: join(folder.value, 'index') })
  } finally {
    await rm(folder.value, { recursive: true, force: true })
  }
}
