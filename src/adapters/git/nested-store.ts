import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { isInside, isRealFolder, orIfAbsent, textOf, truePath } from './place.js'
import { RefFiles } from './ref-files.js'
import type { Site } from './site.js'

const isThere = async (path: string): Promise<boolean> => (await orIfAbsent(lstat(path), null)) !== null

/**
 * The git folder of a repository nested in a worktree. `none`: there is neither a repository nor anything else in the folder; `unknown`:
 * something is there, but not a repository of which all would go with the worktree and nothing else.
 * @param homes true paths of folders in which the git folders of submodules may lie
 */
export async function storeOf(folder: string, homes: readonly string[]): Promise<{ readonly path: string } | 'none' | 'unknown'> {
  const there = await orIfAbsent(lstat(folder), null)
  if (there?.isDirectory() !== true) return there === null ? 'none' : 'unknown'
  const link = join(folder, '.git')
  const stats = await orIfAbsent(lstat(link), null)
  if (stats === null) return (await readdir(folder)).length === 0 ? 'none' : 'unknown'
  if (stats.isDirectory()) return { path: await truePath(link) }
  const [, target] = stats.isFile() ? (/^gitdir: (.+?)[\r\n]*$/s.exec((await textOf(link)) ?? '') ?? []) : []
  const store = target === undefined ? null : await truePath(resolve(folder, target))
  return store !== null && homes.some((home) => isInside(store, home)) ? { path: store } : 'unknown'
}

/** The git folders below a folder of submodules, however deep: a submodule's name may hold slashes. */
export async function storesBelow(folder: string): Promise<readonly string[]> {
  const entries = await orIfAbsent(readdir(folder, { withFileTypes: true }), [])
  const found: string[] = []
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const path = join(folder, entry.name)
    const isStore = await isThere(join(path, 'objects'))
    if (isStore) found.push(path)
    found.push(...(await storesBelow(isStore ? join(path, 'modules') : path)))
  }
  return found
}

/** What a repository's own files tell of its commits (gitrepository-layout(5)). */
export interface StoreRefs {
  readonly head: string
  /** Everything that a branch, a tag made here, the stash or a reflog leads to. */
  readonly tips: readonly string[]
  /** What was seen on a remote. */
  readonly remote: readonly string[]
}

/** Null: something about it is not as in a plain clone with a commit, and only git, with the settings in there, could tell. */
export async function refsIn(store: string): Promise<StoreRefs | null> {
  if (!(await isPlain(store))) return null
  const refs = await new RefFiles(store, (name) => !/^refs\/remotes\/[^/]+\/HEAD$/.test(name)).read()
  const [, id, ref] = /^(?:([0-9a-f]+)|ref: (refs\/\S+))\n$/.exec((await textOf(join(store, 'HEAD'))) ?? '') ?? []
  const head = id ?? refs?.get(ref ?? '')
  if (refs === null || head === undefined) return null
  const isRemote = (name: string): boolean => name.startsWith('refs/remotes/')
  const remote = [...refs].filter(([name]) => isRemote(name)).map(([, commit]) => commit)
  // What a clone brings is packed, so such a tag says nothing about work that was done here.
  const packed = await packedTags(store)
  const own = [...refs].filter(([name, commit]) => !isRemote(name) && packed.get(name) !== commit).map(([, commit]) => commit)
  const tips = new Set([head, ...own, ...(await loggedIn(store))])
  return { head, tips: [...tips], remote: [...remote, ...(await fetchedIn(store))] }
}

/** Refs in files, HEAD with a log, and neither a worktree of another repository nor with others of its own. */
async function isPlain(store: string): Promise<boolean> {
  if (!(await isThere(join(store, 'logs', 'HEAD')))) return false
  for (const name of ['commondir', 'reftable']) if (await isThere(join(store, name))) return false
  const worktrees = await orIfAbsent(readdir(join(store, 'worktrees')), [])
  return worktrees.length === 0 && (await isRealFolder(store)) && (await isRealFolder(join(store, 'objects')))
}

/** Where HEAD and the branches, but not what was fetched, have ever been. */
async function loggedIn(store: string): Promise<ReadonlySet<string>> {
  const logs = await orIfAbsent(readdir(join(store, 'logs'), { recursive: true, withFileTypes: true }), [])
  const files = logs.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const fetched = join(store, 'logs', 'refs', 'remotes')
  const commits = new Set<string>()
  for (const file of files.filter((path) => !isInside(path, fetched)))
    for (const line of (await readFile(file, 'latin1')).split('\n'))
      for (const commit of /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) /.exec(line)?.slice(1) ?? []) if (!/^0+$/.test(commit)) commits.add(commit)
  return commits
}

async function packedTags(store: string): Promise<ReadonlyMap<string, string>> {
  const text = (await textOf(join(store, 'packed-refs'))) ?? ''
  const lines = [...text.matchAll(/^([0-9a-f]+) (refs\/tags\/.+)$/gm)]
  return new Map(lines.map(([, commit = '', name = '']) => [name, commit]))
}

/** A commit that no branch of the remote has, such as one that is fetched by its id, is noted only there; also what was "fetched" from nearby is. */
async function fetchedIn(store: string): Promise<readonly string[]> {
  const text = (await textOf(join(store, 'FETCH_HEAD'))) ?? ''
  return text.split('\n').flatMap((line) => {
    const [, commit, from] = /^([0-9a-f]{40,64})\t[^\t]*\t(?:.* of )?(.+)$/.exec(line) ?? []
    return commit === undefined || from === undefined || from.startsWith('.') ? [] : [commit]
  })
}

/** Whether all that a nested repository holds was seen on a remote of it. Asked of git in orch's own folder: no setting of the other holds there. */
export async function isAllElsewhere(site: Site, store: string, refs: StoreRefs): Promise<Result<boolean, Failure>> {
  if (refs.remote.length === 0) return ok(false)
  const input = [...refs.tips, ...refs.remote.map((commit) => `^${commit}`)].map((one) => `${one}\n`).join('')
  const args = ['-c', 'core.commitGraph=false', 'rev-list', '--max-count=1', '--stdin']
  const env = await objectsOf(store)
  const listed = await site.inMemory({ doing: `look for commits in ${store}`, args, input, env, exits: [0, 128] })
  return listed.ok ? ok(listed.value.exitCode === 0 && listed.value.stdout === '') : listed
}

/** Has git read the objects of a nested repository and nothing else of it. */
export async function objectsOf(store: string): Promise<Readonly<Record<string, string>>> {
  const shallow = join(store, 'shallow')
  return { GIT_OBJECT_DIRECTORY: join(store, 'objects'), GIT_SHALLOW_FILE: (await isThere(shallow)) ? shallow : '' }
}
