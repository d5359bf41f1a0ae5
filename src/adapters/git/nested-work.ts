import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { linksIfCommitted } from './nested-files.js'
import { isAllElsewhere, refsIn, storeOf, storesBelow } from './nested-store.js'
import { truePath } from './place.js'
import type { Site, Worktree } from './site.js'

/**
 * Folders with a repository of their own that may hold what is nowhere else: it would go with the worktree, and no commit of the repository
 * around it has it. Nothing that the settings of such a repository name is run.
 * @param gitlinks where the worktree has the commits of other repositories
 * @returns relative to the worktree; of a submodule that it has no more, the path of its git folder
 */
export async function nestedWork(site: Site, worktree: Worktree, gitlinks: readonly string[]): Promise<Result<readonly string[], Failure>> {
  const modules = await truePath(join(worktree.gitDir, 'modules'))
  const search: Search = { site, root: await truePath(worktree.path), seen: new Set() }
  const found: string[] = []
  for (const path of gitlinks) {
    const held = await heldAt(search, path, [modules])
    if (!held.ok) return held
    found.push(...held.value)
  }
  for (const folder of [modules, ...[...search.seen].map((store) => join(store, 'modules'))]) {
    const held = await heldUnseen(search, folder)
    if (!held.ok) return held
    found.push(...held.value)
  }
  return ok([...new Set(found)])
}

interface Search {
  readonly site: Site
  /** The worktree's folder, links followed. */
  readonly root: string
  /** Git folders that were looked into. */
  readonly seen: Set<string>
}

async function heldAt(search: Search, path: string, homes: readonly string[]): Promise<Result<readonly string[], Failure>> {
  const folder = join(search.root, path)
  const store = orInDoubt(await withFiles(`look into ${folder}`, folder, () => storeOf(folder, homes)), 'unknown' as const)
  if (!store.ok) return store
  if (store.value === 'none') return ok([])
  // A link on the way leads elsewhere.
  if (store.value === 'unknown' || (await truePath(folder)) !== folder) return ok([path])
  const own = store.value.path
  search.seen.add(own)
  const links = await linksIfNothingNew(search.site, folder, own)
  if (!links.ok) return links
  const held: string[] = links.value === null ? [path] : []
  for (const link of links.value ?? []) {
    const below = await heldAt(search, `${path}/${link}`, [...homes, join(own, 'modules')])
    if (!below.ok) return below
    held.push(...below.value)
  }
  return ok(held)
}

/** @returns what a nested repository lists as nested in itself; null: it may hold something that is nowhere else */
async function linksIfNothingNew(site: Site, folder: string, store: string): Promise<Result<readonly string[] | null, Failure>> {
  const head = await headIfElsewhere(site, store)
  if (!head.ok || head.value === null) return head.ok ? ok(null) : head
  return orInDoubt(await linksIfCommitted(site, { folder, store, head: head.value }), null)
}

/** @returns where its HEAD is; null: there is none, or not all of its commits are known to be on a remote */
async function headIfElsewhere(site: Site, store: string): Promise<Result<string | null, Failure>> {
  const refs = orInDoubt(await withFiles(`look into ${store}`, store, () => refsIn(store)), null)
  if (!refs.ok || refs.value === null) return refs.ok ? ok(null) : refs
  const elsewhere = orInDoubt(await isAllElsewhere(site, store, refs.value), false)
  return elsewhere.ok ? ok(elsewhere.value ? refs.value.head : null) : elsewhere
}

/** Git folders of submodules that were taken out of the worktree again. */
async function heldUnseen({ site, seen }: Search, modules: string): Promise<Result<readonly string[], Failure>> {
  const stores = orInDoubt(await withFiles(`look into ${modules}`, modules, () => storesBelow(modules)), null)
  if (!stores.ok) return stores
  if (stores.value === null) return ok([modules])
  const held: string[] = []
  for (const store of stores.value.filter((one) => !seen.has(one))) {
    const head = await headIfElsewhere(site, store)
    if (!head.ok) return head
    if (head.value === null) held.push(store)
  }
  return ok(held)
}

/** What git or the disk could not tell counts against putting anything away. That orch was stopped or the disk is full is told as it is. */
const orInDoubt = <T>(answer: Result<T, Failure>, doubt: T): Result<T, Failure> =>
  answer.ok || answer.error.reason !== 'git-failed' ? answer : ok(doubt)
