import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { writeDurably } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { fewestFiles } from './like-new.js'
import { makeFresh, unlock } from './new-worktree.js'
import { folderOf, isInside, isRealFolder, textOf, truePath } from './place.js'
import { freeName, remove, spareName } from './put-away.js'
import { orchFolder, type Site, type Worktree } from './site.js'
import { asideName, closingNote, exists, findWorktree, isHalfMade, lockNote } from './worktrees.js'

/** From now on so many closed worktrees are kept; what is spare beyond that is removed. @returns how many there are */
export async function keepSpares(site: Site, most: number): Promise<Result<number, Failure>> {
  if (!site.spares.isLoaded) {
    const found = await findSpares(site)
    if (!found.ok) return found
    site.spares.load(found.value)
  }
  const removed: Result<void, Failure>[] = []
  for (const surplus of site.spares.want(most)) removed.push(await remove(site, surplus))
  return removed.find((one) => !one.ok) ?? ok(site.spares.count)
}

/** Makes one where there is none, beside another worktree; not where making one in its place takes no time. */
export async function prepareSpare(site: Site, near: string, commit: CommitId): Promise<Result<void, Failure>> {
  if (site.spares.files < fewestFiles || !site.spares.reserve(1)) return ok(undefined)
  const making = makeSpare(site, dirname(near), commit).then((made): Result<void, Failure> => {
    if (made.ok) site.spares.put(made.value)
    else site.spares.giveUp()
    return made.ok ? ok(undefined) : made
  })
  site.spares.preparing = making.catch(() => undefined)
  return making
}

async function makeSpare(site: Site, folder: string, commit: CommitId): Promise<Result<Worktree, Failure>> {
  const path = await freeName(folder)
  const made = await makeFresh(site, { path, commit, branch: null })
  if (!made.ok) return made
  const noted = await withFiles('prepare a worktree', path, () => writeDurably(join(made.value.gitDir, closingNote), commit))
  if (!noted.ok) return noted
  const ready = await unlock(made.value)
  return ready.ok ? made : ready
}

/** What an orch that was killed has left; one that it had not finished is removed. */
async function findSpares(site: Site): Promise<Result<readonly Worktree[], Failure>> {
  await finishMoves(site)
  const spares: Worktree[] = []
  for (const worktree of await ownEntries(site)) {
    if (!spareName.test(basename(worktree.path)) || !(await isHalfMade(worktree)) || !(await exists(worktree.path))) continue
    const isWhole = (await textOf(join(worktree.gitDir, lockNote))) === null
    if (isWhole) spares.push(worktree)
    else await remove(site, worktree)
  }
  return ok(spares)
}

/** Worktrees of orch's in which nothing can be missed, whatever they were to become: spares, and those whose making or closing was cut short. */
export async function uselessWorktrees(site: Site): Promise<readonly string[]> {
  await finishMoves(site)
  const useless: string[] = []
  for (const worktree of await ownEntries(site)) if (await isHalfMade(worktree)) useless.push(worktree.path)
  return useless.sort()
}

/** Removes one of them. */
export async function removeUseless(site: Site, path: string): Promise<Result<void, Failure>> {
  const found = await findWorktree(site, path)
  if (!found.ok) return found
  return found.value !== null && (await isHalfMade(found.value)) ? remove(site, found.value) : ok(undefined)
}

/** Entries of worktrees below `.orch`. */
async function ownEntries(site: Site): Promise<readonly Worktree[]> {
  const folder = join(site.commonDir, 'worktrees')
  const own = await truePath(orchFolder(site))
  const names = await readdir(folder).catch(() => [])
  const entries = names.map(async (name) => ({ gitDir: join(folder, name), path: await folderOf(join(folder, name)) }))
  return (await Promise.all(entries)).flatMap(({ gitDir, path }) => (path !== null && isInside(path, own) ? [{ gitDir, path }] : []))
}

/** A folder that has arrived, and of which git was killed before it could note that. */
async function finishMoves(site: Site): Promise<void> {
  const known = new Set((await ownEntries(site)).map(({ path }) => path))
  for (const folder of new Set([...known].map(dirname)))
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const path = join(folder, name)
      if (known.has(path) || !(await hasArrived(path, known))) continue
      const args = ['worktree', 'repair', path]
      await site.git.inTurn(() => site.inRepository({ doing: `repair the worktree ${path}`, args, exits: [0, 1, 128] }))
    }
}

/** Anybody can write which entry a folder belongs to: it is believed of one of orch's own that lies nowhere else. What was moved aside stays so. */
async function hasArrived(path: string, known: ReadonlySet<string>): Promise<boolean> {
  const [, entry] = /^gitdir: (.+)\n*$/.exec((await textOf(join(path, '.git'))) ?? '') ?? []
  const from = entry === undefined || asideName.test(path) || !(await isRealFolder(path)) ? null : await folderOf(resolve(path, entry))
  return from !== null && known.has(from) && !(await exists(from))
}
