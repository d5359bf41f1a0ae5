import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Site } from './site.js'
import type { ListedWorktree } from './worktree-list.js'

/** With more, one git process is quicker than reading so many files. */
const mostEntries = 60

/**
 * The worktrees of a repository as git's own files tell of them (gitrepository-layout(5)): `HEAD` and, below `worktrees/`, an entry each
 * with `gitdir` and `HEAD`. Sorted by path, the main one first.
 * @returns null when anything is not as it is in most repositories: then git has to be asked
 */
export async function worktreesOnDisk(site: Site): Promise<readonly ListedWorktree[] | null> {
  const { commonDir } = site
  if (basename(commonDir) !== '.git') return null
  const names = await readdir(join(commonDir, 'worktrees')).catch(orNone)
  if (names === null || names.length > mostEntries) return null
  const tipOf = async (ref: string): Promise<CommitId | null> => (await site.refs.find(ref))?.id ?? null
  const main = await worktreeOf(commonDir, commonDir, tipOf)
  const entries = names.map((name) => join(commonDir, 'worktrees', name))
  const linked = await Promise.all(entries.map(async (entry) => worktreeOf(entry, await pointerIn(entry), tipOf)))
  const listed: ListedWorktree[] = []
  for (const one of linked) {
    if (one === null) return null
    listed.push(one)
  }
  return main === null ? null : [main, ...sorted(listed)]
}

/** As git itself orders them. */
export const sorted = (worktrees: readonly ListedWorktree[]): readonly ListedWorktree[] =>
  worktrees.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))

/** Changes with the settings that decide whether there is a checkout beside the git folder; null: they cannot be read. */
export const stampOf = (site: Site): Promise<string | null> =>
  stat(join(site.commonDir, 'config')).then(
    ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
    () => null,
  )

const orNone = (error: NodeJS.ErrnoException): [] | null => (error.code === 'ENOENT' ? [] : null)

/** The `.git` file of the worktree that an entry stands for; null: it is half made, or written in another way. */
async function pointerIn(entry: string): Promise<string | null> {
  const pointer = (await textAt(join(entry, 'gitdir')))?.trimEnd() ?? ''
  return isAbsolute(pointer) ? pointer : null
}

/** @param pointer the path of the worktree's `.git` */
async function worktreeOf(
  gitDir: string,
  pointer: string | null,
  tipOf: (ref: string) => Promise<CommitId | null>,
): Promise<ListedWorktree | null> {
  if (pointer === null || !/[^/]\/\.git$/.test(pointer)) return null
  const path = pointer.slice(0, -'/.git'.length)
  const head = (await textAt(join(gitDir, 'HEAD'))) ?? ''
  const [, id] = /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.exec(head) ?? []
  if (id !== undefined) return { path, branch: null, head: id }
  const [, branch] = /^ref: refs\/heads\/(\S+)\n$/.exec(head) ?? []
  const tip = branch === undefined ? null : await tipOf(`refs/heads/${branch}`)
  return branch === undefined || tip === null ? null : { path, branch, head: tip }
}

const textAt = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
