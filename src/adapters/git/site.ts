import { rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { StructuralMerge } from '../../engine/ports/structural-merge.js'
import type { AttributesOf } from './attributes-files.js'
import type { Git, GitAnswer, GitCall } from './git.js'
import type { Environment } from './git-environment.js'
import { isIndexBroken } from './git-failure.js'
import { identityFrom, isSomebody } from './identity.js'
import { KnownCommits } from './known-commits.js'
import type { MergedMilestones } from './milestone-trailers.js'
import { createObjectReader, type ObjectReader } from './object-reader.js'
import { oneAtATime } from './one-at-a-time.js'
import { type ObjectFormat, ownFolderEnvironment, prepareOwnFolder } from './own-git-folder.js'
import { folderOf, isInside } from './place.js'
import type { Change } from './raw-diff.js'
import { SpareShelf } from './spare-shelf.js'

/** What to ask git, wherever. */
export type Ask = Omit<GitCall, 'cwd' | 'mayUnlock'>

export type Answer = Promise<Result<GitAnswer, Failure>>

/** One of orch's worktrees, with its entry in the repository. */
export interface Worktree {
  readonly path: string
  /** `<common>/worktrees/<name>`; never taken from the worktree's `.git` file, which an agent can write. */
  readonly gitDir: string
}

/** What need not be asked twice. */
interface Learned {
  readonly commits: KnownCommits
  /** Those that were looked up last. */
  attributes: AttributesOf | null
  /** What lies between the two commits that were compared last. */
  changes: { readonly from: CommitId; readonly to: CommitId; readonly value: readonly Change[] } | null
  /** What the history of the tip that was asked about last says of milestones. */
  milestones: { readonly tip: CommitId; readonly value: MergedMilestones } | null
  /** With which settings the repository's own files told of its worktrees what git does; null: they did not. */
  listable: string | null
}

/** A repository, and the four places from which git is asked about it. */
export interface Site {
  readonly git: Git
  readonly root: string
  readonly commonDir: string
  readonly objectFormat: ObjectFormat
  readonly envFiles: readonly string[]
  /** Null: there is none. */
  readonly structuralMerge: StructuralMerge | null
  /** `.orch/git`. */
  readonly ownFolder: string
  /** What this process last set each ref to, by its full name; null: deleted. Written within the turn of the change. */
  readonly ownMoves: Map<string, CommitId | null>
  /** By a worktree's path, the name of its entry in the repository when it was last looked up: the place to look first. */
  readonly entryNames: Map<string, string>
  readonly spares: SpareShelf
  /** Writing or removing thousands of files goes one after another: side by side it takes longer in all. Not to be asked for from within itself. */
  readonly manyFiles: <T>(act: () => Promise<T>) => Promise<T>
  /** In the person's own repository: refs, worktrees, config. */
  inRepository(ask: Ask): Answer
  /** Kept: names as git takes them in the person's own repository. */
  readonly refs: ObjectReader
  /** Kept: commits, trees and blobs by their ids, as `inMemory` sees them. */
  readonly objects: ObjectReader
  readonly learned: Learned
  /** On commits and trees alone: nothing that the repository or the person configured takes part. */
  inMemory(ask: Ask): Answer
  /** In a worktree of orch's. Locks and indexes that something dead left behind are cleared away. */
  inWorktree(worktree: Worktree, ask: Ask): Answer
  /** Author and committer for commits made in memory. Once git knows somebody, it is not asked again. */
  identity(): Promise<Result<Readonly<Record<string, string>>, Failure>>
}

/** Where a repository is, as `discoverRepository` found it. */
export interface Location {
  /** The top folder of the checkout in which orch was started. */
  readonly root: string
  /** The git folder that all worktrees share. */
  readonly commonDir: string
  readonly objectFormat: ObjectFormat
}

export interface SiteOptions extends Location {
  readonly git: Git
  readonly environment: Environment
  /** Copied into worktrees, and no reason to keep one. */
  readonly envFiles: readonly string[]
  /** Tried where git finds a conflict; absent: nothing is. */
  readonly structuralMerge?: StructuralMerge | null
}

export function createSite(options: SiteOptions): Site {
  const { git, root, commonDir, objectFormat, envFiles } = options
  const ownFolder = join(root, '.orch', 'git')
  const mayUnlock = (lock: string): Promise<boolean> => isOwnLock(lock, { root, commonDir, ownFolder })
  let prepared: Promise<Result<void, Failure>> | null = null

  const inRepository = (ask: Ask): Answer => git.run({ ...ask, cwd: root, mayUnlock })

  const ownEnvironment = async (): Promise<Result<Readonly<Record<string, string>>, Failure>> => {
    prepared ??= prepareOwnFolder(ownFolder, objectFormat)
    const ready = await prepared
    if (ready.ok) return ok(await ownFolderEnvironment(ownFolder, commonDir))
    prepared = null
    return ready
  }
  const inMemory = async (ask: Ask): Answer => {
    const own = await ownEnvironment()
    return own.ok ? git.run({ ...ask, cwd: ownFolder, env: { ...own.value, ...ask.env }, mayUnlock }) : own
  }

  const args = ['cat-file', '--batch-command']
  const refs = createObjectReader(async () => git.keep({ args, cwd: root }))
  const objects = createObjectReader(async () => {
    const own = await ownEnvironment()
    return own.ok ? git.keep({ args, cwd: root, env: own.value }) : null
  })

  const inWorktree = async (worktree: Worktree, ask: Ask): Answer => {
    const env = { GIT_DIR: worktree.gitDir, GIT_WORK_TREE: worktree.path, ...ask.env }
    const call = { ...ask, cwd: worktree.path, env, mayUnlock }
    const answer = await git.run(call)
    if (answer.ok || answer.error.reason !== 'git-failed' || !isIndexBroken(answer.error.detail)) return answer
    await rm(join(worktree.gitDir, 'index'), { force: true })
    const made = await git.run({ ...call, doing: 'make the index anew', args: ['read-tree', 'HEAD'] })
    return made.ok ? git.run(call) : made
  }

  let who: Readonly<Record<string, string>> | null = null
  const identity: Site['identity'] = async () => {
    if (who !== null) return ok(who)
    const args = ['config', '-z', '--get-regexp', '^(user|author|committer)\\.(name|email)$']
    const found = identityFrom(await inRepository({ doing: 'read who you are', args, exits: [0, 1] }), options.environment)
    if (found.ok && isSomebody(found.value)) who = found.value
    return found
  }

  const ownMoves = new Map<string, CommitId | null>()
  const structuralMerge = options.structuralMerge ?? null
  const memory = {
    ownMoves,
    entryNames: new Map<string, string>(),
    spares: new SpareShelf(),
    manyFiles: oneAtATime(),
    learned: { commits: new KnownCommits(), attributes: null, changes: null, milestones: null, listable: null },
  }
  const known = { git, root, commonDir, objectFormat, envFiles, structuralMerge, ownFolder, ...memory }
  return { ...known, refs, objects, inRepository, inMemory, inWorktree, identity }
}

/**
 * Only orch and its agents write there, and no agent runs in a worktree while orch works on it: a lock that outlasts
 * the waiting is a dead process's. A person's own locks are never touched.
 */
async function isOwnLock(lock: string, at: { root: string; commonDir: string; ownFolder: string }): Promise<boolean> {
  const own = [at.ownFolder, join(at.commonDir, 'refs', 'heads', 'orch'), join(at.commonDir, 'logs', 'refs', 'heads', 'orch')]
  if (own.some((folder) => isInside(lock, folder))) return true
  const worktrees = join(at.commonDir, 'worktrees')
  if (!isInside(lock, worktrees)) return false
  const name = relative(worktrees, lock).split(/[\\/]/)[0] ?? ''
  const folder = await folderOf(join(worktrees, name))
  return folder !== null && isInside(folder, join(at.root, '.orch'))
}

/** A git process's output without the line end; for answers of one line. */
export async function line(answer: Answer): Promise<Result<string, Failure>> {
  const given = await answer
  return given.ok ? ok(given.value.stdout.trim()) : given
}

/** Whether git said yes (exit status 0) or no. */
export async function yes(answer: Answer): Promise<Result<boolean, Failure>> {
  const given = await answer
  return given.ok ? ok(given.value.exitCode === 0) : given
}

/** `.orch`, in which everything of orch's lies. */
export const orchFolder = (site: Pick<Site, 'ownFolder'>): string => dirname(site.ownFolder)
