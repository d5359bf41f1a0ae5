import { createHash } from 'node:crypto'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { changesBetween } from './commits.js'
import { type Change, type Entry, parseIndex } from './raw-diff.js'
import type { Answer, Ask, Site } from './site.js'

/** Files and index of a branch that is checked out somewhere. */
export interface Checkout {
  readonly path: string
  readonly ask: (ask: Ask) => Answer
}

export interface Span {
  readonly from: CommitId
  readonly to: CommitId
}

const doing = 'bring a checkout to the new commit'

/**
 * Brings files and index from one commit to another; uncommitted edits of other files stay as they are, staged or not.
 * Cut short, it can be repeated: files that arrived already are taken as done. All or nothing otherwise.
 */
export async function advanceCheckout(site: Site, checkout: Checkout, span: Span, dry = false): Promise<Result<void, Failure>> {
  const prepared = await prepare(site, checkout, span)
  if (!prepared.ok) return prepared
  const args = ['read-tree', '-m', '-u', ...(dry ? ['--dry-run'] : []), span.from, span.to]
  const moved = await checkout.ask({ doing, args })
  if (!moved.ok || dry) return moved.ok ? ok(undefined) : moved
  return refresh(checkout)
}

async function prepare(site: Site, checkout: Checkout, span: Span): Promise<Result<void, Failure>> {
  const refreshed = await refresh(checkout)
  if (!refreshed.ok) return refreshed
  const changes = await changesBetween(site, span.from, span.to)
  if (!changes.ok) return changes
  const index = await indexOf(checkout)
  if (!index.ok) return index
  const behind = changes.value.filter((change) => isSame(index.value.get(change.path), change.before))
  const arrived = await arrivedOf(site, checkout, behind)
  if (!arrived.ok || arrived.value.length === 0) return arrived.ok ? ok(undefined) : arrived
  const none = { mode: '0', oid: '0'.repeat(site.objectFormat === 'sha256' ? 64 : 40) }
  const input = arrived.value.map(({ path, after }) => `${(after ?? none).mode} ${(after ?? none).oid}\t${path}\0`).join('')
  const noted = await checkout.ask({ doing, args: ['update-index', '-z', '--index-info'], input })
  return noted.ok ? ok(undefined) : noted
}

/** A file whose times alone changed is not in the way. Not quietly: that would hide a lock that somebody holds. */
async function refresh(checkout: Checkout): Promise<Result<void, Failure>> {
  const refreshed = await checkout.ask({ doing, args: ['update-index', '--refresh'], exits: [0, 1] })
  return refreshed.ok ? ok(undefined) : refreshed
}

export async function indexOf(checkout: Checkout): Promise<Result<ReadonlyMap<string, Entry | null>, Failure>> {
  const answer = await checkout.ask({ doing, args: ['ls-files', '--stage', '-z', '--full-name', ':/'] })
  return answer.ok ? ok(parseIndex(answer.value.stdout)) : answer
}

/** Whether the index holds this side of a change. */
export const isSame = (entry: Entry | null | undefined, side: Entry | null): boolean =>
  side === null ? entry === undefined : entry?.oid === side.oid && entry.mode === side.mode

/** Changes whose new side is in the folder already, byte for byte as git would commit it. */
async function arrivedOf(site: Site, checkout: Checkout, changes: readonly Change[]): Promise<Result<readonly Change[], Failure>> {
  const arrived: Change[] = []
  const toHash: Change[] = []
  for (const change of changes) {
    const path = join(checkout.path, change.path)
    const kind = await kindOf(path)
    if (change.after === null && kind === 'absent') arrived.push(change)
    if (change.after?.mode === '120000' && kind === 'link' && (await linkId(site, path)) === change.after.oid) arrived.push(change)
    // hash-object reads one path a line.
    if (change.after?.mode.startsWith('100') === true && kind === 'file' && !change.path.includes('\n')) toHash.push(change)
  }
  if (toHash.length === 0) return ok(arrived)
  const input = toHash.map((change) => `${change.path}\n`).join('')
  const hashed = await checkout.ask({ doing, args: ['hash-object', '--stdin-paths'], input })
  if (!hashed.ok) return hashed
  const oids = hashed.value.stdout.split('\n')
  return ok([...arrived, ...toHash.filter((change, n) => change.after?.oid === oids[n])])
}

async function linkId(site: Site, path: string): Promise<string> {
  const target = Buffer.from(await readlink(path))
  return createHash(site.objectFormat).update(`blob ${target.length}\0`).update(target).digest('hex')
}

type Kind = 'absent' | 'file' | 'link' | 'folder' | 'other'

async function kindOf(path: string): Promise<Kind> {
  try {
    const stats = await lstat(path)
    return stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : 'other'
  } catch {
    return 'absent'
  }
}

/**
 * Untracked files where the new commit has something else. Git itself overwrites those that are ignored, so a person's
 * ignored settings file would be lost without this, and deletes a submodule with all that is in it where a file takes its place.
 */
export async function untrackedInTheWay(site: Site, checkout: Checkout, span: Span): Promise<Result<readonly string[], Failure>> {
  const changes = await changesBetween(site, span.from, span.to)
  if (!changes.ok) return changes
  const index = await indexOf(checkout)
  if (!index.ok) return index
  const arriving = changes.value.filter((change) => change.after !== null && !index.value.has(change.path))
  const arrived = await arrivedOf(site, checkout, arriving)
  if (!arrived.ok) return arrived
  const found = new Set(await replacedRepositories(checkout, changes.value))
  for (const { path } of arriving.filter((change) => !arrived.value.includes(change))) {
    for (const file of await untrackedAt(checkout.path, path, index.value)) found.add(file)
  }
  return ok([...found])
}

async function replacedRepositories(checkout: Checkout, changes: readonly Change[]): Promise<readonly string[]> {
  const replaced = changes.filter(({ before, after }) => before?.mode === '160000' && after !== null && after.mode !== '160000')
  const found: string[] = []
  for (const { path } of replaced) {
    const folder = join(checkout.path, path)
    if ((await kindOf(folder)) === 'folder' && (await readdir(folder)).length > 0) found.push(path)
  }
  return found
}

async function untrackedAt(root: string, path: string, index: ReadonlyMap<string, unknown>): Promise<readonly string[]> {
  for (let above = dirname(path); above !== '.'; above = dirname(above)) {
    const kind = await kindOf(join(root, above))
    if (kind !== 'absent' && kind !== 'folder') return index.has(above) ? [] : [above]
  }
  const kind = await kindOf(join(root, path))
  if (kind !== 'folder') return kind === 'absent' ? [] : [path]
  const below = await readdir(join(root, path), { recursive: true, withFileTypes: true })
  const files = below.filter((entry) => !entry.isDirectory())
  const names = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .replaceAll('\\', '/'),
  )
  return names.filter((name) => !index.has(name))
}
