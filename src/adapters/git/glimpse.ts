import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { QuietPlace } from '../../engine/ports/sentinel.js'
import { type FileMarks, markFiles } from './file-marks.js'
import { textOf } from './place.js'
import { parseStatus } from './raw-diff.js'
import { RefFiles } from './ref-files.js'
import { headOf, keptRefs } from './refs.js'
import type { Site } from './site.js'
import type { ListedWorktree } from './worktree-list.js'
import { findWorktree, listWorktrees } from './worktrees.js'

/** Everything outside of the worktrees in work, at one instant. */
export interface Glimpse {
  readonly refs: ReadonlyMap<string, CommitId>
  /** The entries of the stash, the newest first. */
  readonly stash: readonly CommitId[]
  readonly worktrees: readonly ListedWorktree[]
  /** By folder: the person's checkout, the quiet worktrees, and the git folder with its config and hooks. */
  readonly places: ReadonlyMap<string, PlaceGlimpse>
}

export interface PlaceGlimpse {
  readonly stamp: string
  readonly head: CommitId | null
  /** Files that differ from the commit, or that git does not have; ignored ones are left out. */
  readonly files: FileMarks
}

/** For use within a turn, so that orch itself changes nothing meanwhile. What is asked of git is asked side by side. */
export async function glimpse(
  site: Site,
  { quiet, refFiles }: { quiet: readonly QuietPlace[]; refFiles: RefFiles },
  last: Glimpse | null,
): Promise<Result<Glimpse, Failure>> {
  const few = pLimit(atOnce)
  const due = quiet.filter((place) => place.isDue)
  const [refs, worktrees, settings, ...looks] = await Promise.all([
    refsOf(site, refFiles),
    listWorktrees(site),
    settingsOf(site, last?.places.get(site.commonDir)?.files ?? new Map()),
    ...[{ path: site.root, stamp: '' }, ...due].map((place) => few(() => lookAt(site, place, last))),
  ])
  if (!refs.ok) return refs
  if (!worktrees.ok) return worktrees
  if (!settings.ok) return settings
  const places = new Map<string, PlaceGlimpse>()
  for (const { path, stamp, files } of looks) {
    if (!files.ok) return files
    const head = worktrees.value.find((w) => w.path === path)?.head ?? null
    if (files.value !== null) places.set(path, { stamp, head, files: files.value })
  }
  for (const { path, stamp } of quiet) {
    const before = last?.places.get(path)
    if (!places.has(path) && before?.stamp === stamp) places.set(path, before)
  }
  places.set(site.commonDir, { stamp: '', head: null, files: settings.value })
  return ok({ refs: refs.value, stash: await stashOf(site, refs.value), worktrees: worktrees.value, places })
}

/** One worktree of orch's alone. Null: it is not there. */
export async function glimpseOf(
  site: Site,
  { path, stamp }: Pick<QuietPlace, 'path' | 'stamp'>,
): Promise<Result<PlaceGlimpse | null, Failure>> {
  const files = await filesOf(site, path, new Map())
  if (!files.ok || files.value === null) return files.ok ? ok(null) : files
  const worktree = await findWorktree(site, path)
  if (!worktree.ok || worktree.value === null) return worktree.ok ? ok(null) : worktree
  const head = await headOf(site, worktree.value)
  return head.ok ? ok({ stamp, head: head.value, files: files.value }) : head
}

/** So many git processes read folders side by side: enough to keep a disk busy, and few enough not to crowd the sessions. */
const atOnce = 4

async function lookAt(site: Site, { path, stamp }: Pick<QuietPlace, 'path' | 'stamp'>, last: Glimpse | null) {
  const before = last?.places.get(path)
  return { path, stamp, files: await filesOf(site, path, before?.stamp === stamp ? before.files : new Map()) }
}

/** Reads the refs that matter from their files. */
export const openRefFiles = (site: Site): RefFiles => new RefFiles(site.commonDir, isWatched)

/** What git or other programs move behind the scenes: nobody's work. */
const ignored = /^refs\/(remotes|prefetch|bisect|rewritten|worktree)\//

const isWatched = (name: string): boolean => !ignored.test(name) && !name.startsWith(keptRefs)

async function refsOf(site: Site, refFiles: RefFiles): Promise<Result<ReadonlyMap<string, CommitId>, Failure>> {
  const read = await refFiles.read()
  if (read !== null) return ok(read)
  const answer = await site.inRepository({ doing: 'list the refs', args: ['for-each-ref', '--format=%(objectname) %(refname)'] })
  if (!answer.ok) return answer
  const refs = new Map<string, CommitId>()
  for (const line of answer.value.stdout.split('\n')) {
    const [, commit, name] = /^([0-9a-f]+) (.+)$/.exec(line) ?? []
    if (commit !== undefined && name !== undefined && isWatched(name)) refs.set(name, commit)
  }
  return ok(refs)
}

/** The log of the stash's ref is the stash; where there is none, its newest entry is all that is known. */
async function stashOf(site: Site, refs: ReadonlyMap<string, CommitId>): Promise<readonly CommitId[]> {
  const newest = refs.get('refs/stash')
  if (newest === undefined) return []
  const log = (await textOf(join(site.commonDir, 'logs', 'refs', 'stash'))) ?? ''
  const entries = log.split('\n').flatMap((line) => /^[0-9a-f]+ ([0-9a-f]+) /.exec(line)?.[1] ?? [])
  return entries.at(-1) === newest ? entries.reverse() : [newest]
}

/** The repository's config and hooks, which hold for all its worktrees: no commit has them. */
async function settingsOf(site: Site, before: FileMarks): Promise<Result<FileMarks, Failure>> {
  const hooks = await readdir(join(site.commonDir, 'hooks')).catch(() => [])
  const live = hooks.filter((name) => !name.endsWith('.sample')).map((name) => `hooks/${name}`)
  const marks = await markFiles(site, site.commonDir, { names: [...settingsFiles, ...live], before })
  return marks.ok ? ok(new Map([...marks.value].filter(([, mark]) => mark.content !== null))) : marks
}

const settingsFiles = ['config', 'config.worktree', 'info/attributes', 'info/exclude']

/** Null: there is no such worktree any more. */
async function filesOf(site: Site, path: string, before: FileMarks): Promise<Result<FileMarks | null, Failure>> {
  const ask = {
    doing: `look at ${path}`,
    args: ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty'],
  }
  const worktree = path === site.root ? ok(null) : await findWorktree(site, path)
  if (!worktree.ok) return worktree
  if (path !== site.root && worktree.value === null) return ok(null)
  const status = worktree.value === null ? await site.inRepository(ask) : await site.inWorktree(worktree.value, ask)
  if (!status.ok) return status
  return markFiles(site, path, { names: [...parseStatus(status.value.stdout).keys()], before })
}
