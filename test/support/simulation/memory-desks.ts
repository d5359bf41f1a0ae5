import type { Failure } from '../../../src/core/failure.js'
import { err, ok, type Result } from '../../../src/core/result.js'
import { changedPaths, type MemoryGit, sameTree, type Tree } from './memory-git.js'
import { MemorySpares, type Wanted } from './memory-spares.js'

export interface MemoryWorktree {
  /** Null: a scratch, whose HEAD is its own. */
  branch: string | null
  head: string
  files: Record<string, string>
  /** A conflict that was or is being laid out here. */
  conflict?: { tip: string; onto: string; laid: boolean } | undefined
  /** It was found to hold nothing but what is merged. */
  isClosing?: boolean
}

/** Called between the parts of one deed; throwing there is death in the middle of it. */
export type Between = (point: string) => void

type Done<T> = Result<T, Failure>

/** What git does to worktrees, each deed in the same small parts and in the same order as in the real one. */
export class MemoryDesks {
  readonly spares: MemorySpares

  constructor(
    readonly git: MemoryGit,
    readonly worktrees: Map<string, MemoryWorktree>,
    private readonly between: Between,
    wanted: Wanted,
  ) {
    this.spares = new MemorySpares(worktrees, wanted, between)
  }

  at(path: string): MemoryWorktree {
    const found = this.worktrees.get(path)
    if (found === undefined) throw new Error(`no worktree ${path}`)
    return found
  }

  tree(commit: string): Tree {
    return this.git.get(commit).tree
  }

  /** Where a worktree stands: its branch's tip, wherever that went meanwhile. */
  headOf(place: MemoryWorktree): string {
    return (place.branch === null ? undefined : this.git.branches.get(place.branch)) ?? place.head
  }

  /** Compare-and-swap. */
  swap(branch: string, from: string | null, to: string): Done<void> {
    const now = this.git.branches.get(branch) ?? null
    if (now !== to && now !== from) return err({ reason: 'branch-moved', branch, expected: from ?? '' })
    this.git.branches.set(branch, to)
    return ok(undefined)
  }

  open({ branch, path, base }: { branch: string; path: string; base: string }): Done<void> {
    const tip = this.git.branches.get(branch) ?? base
    this.git.branches.set(branch, tip)
    this.between('branch made, worktree not')
    if (this.#standing(path) === undefined) this.spares.make(path, { branch, head: tip, files: { ...this.tree(tip) } })
    return ok(undefined)
  }

  close({ branch, path }: { branch: string; path: string }, mergedInto: string): Done<boolean> {
    const tip = this.git.branches.get(branch)
    if (tip !== undefined && !this.git.isAncestor(tip, mergedInto)) return ok(false)
    const there = this.worktrees.get(path)
    if (there !== undefined) {
      const head = this.headOf(there)
      const isClean = this.git.isAncestor(head, mergedInto) && sameTree(there.files, this.tree(head))
      if (there.isClosing !== true && !isClean) return ok(false)
      this.spares.putAway(path)
      this.between('worktree gone, branch not')
    }
    this.git.branches.delete(branch)
    return ok(true)
  }

  openScratch(path: string, commit: string): Done<void> {
    const there = this.#standing(path)
    const before = there === undefined ? {} : this.tree(there.head)
    const untracked = there === undefined ? [] : Object.entries(there.files).filter(([file]) => before[file] === undefined)
    const made = { branch: null, head: commit, files: { ...Object.fromEntries(untracked), ...this.tree(commit) } }
    if (there === undefined) this.spares.make(path, made)
    else this.worktrees.set(path, made)
    return ok(undefined)
  }

  prepareSpare(near: string, commit: string): Done<void> {
    this.spares.prepare(near, { branch: null, head: commit, files: { ...this.tree(commit) } })
    return ok(undefined)
  }

  /** One whose making or closing was cut short makes room. */
  #standing(path: string): MemoryWorktree | undefined {
    if (this.worktrees.get(path)?.isClosing === true) this.worktrees.delete(path)
    return this.worktrees.get(path)
  }

  /** @returns what differed */
  putBack(path: string, before: { tree: string; head: string }): readonly string[] {
    const place = this.at(path)
    const differing = changedPaths(place.files, this.tree(before.tree))
    const head = this.headOf(place)
    const moved = head !== before.head
    if (moved || differing.length > 0) this.git.kept.add(this.git.commit({ ...place.files }, [head], 'What a review changed'))
    place.files = { ...this.tree(before.tree) }
    place.head = before.head
    if (place.branch !== null) this.git.branches.set(place.branch, before.head)
    return moved ? ['HEAD', ...differing] : differing
  }

  commitWork(
    desk: { branch: string; path: string },
    commit: { message: string; since: string; never: readonly string[]; evenIfEmpty?: boolean },
  ) {
    const place = this.at(desk.path)
    const tip = this.headOf(place)
    const files = without(place.files, commit.never, this.tree(tip))
    const isSame = sameTree(files, this.tree(tip)) && !(commit.evenIfEmpty === true && tip === commit.since)
    const made = isSame ? tip : this.git.commit(files, [tip], commit.message)
    this.between('committed, branch not moved')
    this.#arrive(place, desk.branch, made)
    return ok({ commit: made, changed: !sameTree(this.tree(made), this.tree(commit.since)) })
  }

  commitScratch(path: string, { message, parent, never }: { message: string; parent: string; never: readonly string[] }): Done<string> {
    const place = this.at(path)
    const below = this.git.isAncestor(parent, place.head) ? place.head : parent
    const files = without(place.files, never, this.tree(below))
    const made = sameTree(files, this.tree(below)) ? below : this.git.commit(files, [below], message)
    this.between('committed, HEAD not moved')
    place.head = made
    return ok(made)
  }

  layOut(path: string, onto: string): Done<{ files: readonly string[]; notes: string }> {
    const place = this.at(path)
    const tip = this.headOf(place)
    const merged = this.git.merge(tip, onto)
    if (merged.conflicts.length === 0) return ok({ files: [], notes: '' })
    const noted = place.conflict
    const isThere = noted?.laid === true && noted.tip === tip && noted.onto === onto
    if (isThere) return ok({ files: merged.conflicts, notes: '' })
    if (noted?.laid === true) this.#keepAside(place, tip)
    const arriving = changedPaths(this.tree(tip), merged.tree)
    if (noted === undefined && arriving.some((file) => place.files[file] !== this.tree(tip)[file]))
      return err({ reason: 'git-failed', doing: 'lay out the conflict', detail: 'local changes would be overwritten' })
    place.conflict = { tip, onto, laid: false }
    this.between('conflict noted, not laid out')
    const kept = noted === undefined ? place.files : withoutTracked(place.files, this.tree(tip), merged.tree)
    place.files = { ...kept }
    for (const file of noted === undefined ? arriving : Object.keys(merged.tree)) place.files[file] = merged.tree[file] ?? ''
    place.conflict = { tip, onto, laid: true }
    return ok({ files: merged.conflicts, notes: '' })
  }

  commitResolution(
    desk: { path: string; branch: string },
    commit: { message: string; onto: string; files: readonly string[] },
  ): Done<{ commit: string } | { unresolved: readonly string[] }> {
    const place = this.at(desk.path)
    const unresolved = commit.files.filter((file) => place.files[file]?.includes('<<<<<<< ') === true)
    if (unresolved.length > 0) return ok({ unresolved })
    const tip = this.headOf(place)
    const joined = this.git.isAncestor(commit.onto, tip)
    const nothingNew = joined && sameTree(place.files, this.tree(tip))
    const made = nothingNew ? tip : this.git.commit({ ...place.files }, joined ? [tip] : [tip, commit.onto], commit.message)
    this.between('committed, branch not moved')
    this.#arrive(place, desk.branch, made)
    return ok({ commit: made })
  }

  /** The files first, the branch last. */
  advance(desk: { path: string; branch: string }, to: string): Done<void> {
    const place = this.at(desk.path)
    const tip = this.headOf(place)
    if (tip === to) return ok(undefined)
    if (!this.git.isAncestor(tip, to)) return err({ reason: 'branch-moved', branch: desk.branch, expected: to })
    const arriving = changedPaths(this.tree(tip), this.tree(to))
    if (arriving.some((file) => place.files[file] !== this.tree(tip)[file] && place.files[file] !== this.tree(to)[file]))
      return err({ reason: 'git-failed', doing: 'advance', detail: 'local changes would be overwritten' })
    for (const file of arriving) setFile(place.files, file, this.tree(to)[file])
    this.between('files moved, branch not')
    this.#arrive(place, desk.branch, to)
    return ok(undefined)
  }

  #arrive(place: MemoryWorktree, branch: string, commit: string): void {
    this.git.branches.set(branch, commit)
    place.head = commit
    place.conflict = undefined
  }

  /** A half resolution of another conflict makes room and stays reachable. */
  #keepAside(place: MemoryWorktree, tip: string): void {
    this.git.kept.add(this.git.commit({ ...place.files }, [tip], 'A resolution that was not finished'))
  }
}

function setFile(files: Record<string, string>, path: string, text: string | undefined): void {
  if (text === undefined) delete files[path]
  else files[path] = text
}

function without(files: Tree, never: readonly string[], before: Tree): Tree {
  const kept: Record<string, string> = Object.fromEntries(Object.entries(files).filter(([path]) => !never.includes(path)))
  for (const path of never) if (before[path] !== undefined) kept[path] = before[path]
  return kept
}

const withoutTracked = (files: Tree, ...trees: readonly Tree[]): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !trees.some((tree) => tree[path] !== undefined)))
