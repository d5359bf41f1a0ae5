import type { Failure } from '../../../src/core/failure.js'
import type { MilestoneId } from '../../../src/core/milestone.js'
import { err, ok, type Result } from '../../../src/core/result.js'
import type { MergeTrial, Repository } from '../../../src/engine/ports.js'
import { changedPaths, type MemoryGit, sameTree, type Tree } from './memory-git.js'

export interface MemoryWorktree {
  branch: string | null
  head: string
  files: Record<string, string>
}

/** The Repository port over `MemoryGit`: same promises, no processes. */
export function memoryRepository(git: MemoryGit, worktrees: Map<string, MemoryWorktree>): Repository {
  const tree = (id: string): Tree => git.get(id).tree
  const at = (path: string): MemoryWorktree => {
    const found = worktrees.get(path)
    if (found === undefined) throw new Error(`no worktree ${path}`)
    return found
  }
  const swap = (branch: string, from: string | null, to: string): Result<void, Failure> => {
    const now = git.branches.get(branch) ?? null
    if (now !== to && now !== from) return err({ reason: 'branch-moved', branch, expected: from ?? '' })
    git.branches.set(branch, to)
    return ok(undefined)
  }
  const done = <T>(value: Result<T, Failure>): Promise<Result<T, Failure>> => Promise.resolve(value)
  const without = (files: Tree, never: readonly string[], before: Tree): Tree => {
    const kept: Record<string, string> = Object.fromEntries(Object.entries(files).filter(([path]) => !never.includes(path)))
    for (const path of never) if (before[path] !== undefined) kept[path] = before[path]
    return kept
  }

  return {
    branchTip: (branch) => {
      const tip = git.branches.get(branch)
      return done(tip === undefined ? err({ reason: 'branch-missing', branch }) : ok(tip))
    },
    openWorkspace: ({ branch, path, base }) => {
      const tip = git.branches.get(branch) ?? base
      git.branches.set(branch, tip)
      if (!worktrees.has(path)) worktrees.set(path, { branch, head: tip, files: { ...tree(tip) } })
      return done(ok(undefined))
    },
    openScratch: (path, commit) => {
      worktrees.set(path, { branch: null, head: commit, files: { ...tree(commit) } })
      return done(ok(undefined))
    },
    closeWorkspace: ({ branch, path }, mergedInto) => {
      const tip = git.branches.get(branch)
      if (tip !== undefined && !git.isAncestor(tip, mergedInto)) return done(ok(false))
      const there = worktrees.get(path)
      if (there !== undefined && !sameTree(there.files, tree(there.head))) return done(ok(false))
      worktrees.delete(path)
      git.branches.delete(branch)
      return done(ok(true))
    },
    closeScratch: (path) => {
      worktrees.delete(path)
      return done(ok(undefined))
    },
    copyEnvFiles: () => done(ok(undefined)),
    commitWork: ({ branch, path }, { message, since, never, evenIfEmpty }) => {
      const place = at(path)
      const files = without(place.files, never, tree(place.head))
      if (!sameTree(files, tree(place.head)) || (evenIfEmpty === true && place.head === since)) {
        place.head = git.commit(files, [place.head], message)
        git.branches.set(branch, place.head)
      }
      return done(ok({ commit: place.head, changed: !sameTree(tree(place.head), tree(since)) }))
    },
    commitScratch: (path, { message, parent, never }) => {
      const files = without(at(path).files, never, tree(parent))
      return done(ok(sameTree(files, tree(parent)) ? parent : git.commit(files, [parent], message)))
    },
    snapshot: (path) => done(ok(git.commit({ ...at(path).files }, [], 'snapshot'))),
    putBack: ({ path, branch }, before) => {
      const place = at(path)
      const differing = changedPaths(place.files, tree(before.tree))
      const moved = place.head !== before.head
      place.files = { ...tree(before.tree) }
      place.head = before.head
      if (branch !== null) git.branches.set(branch, before.head)
      return done(ok(moved ? ['HEAD', ...differing] : differing))
    },
    changedFiles: (from, to) => done(ok(changedPaths(tree(from), tree(to)))),
    diff: (from, to) => done(ok(changedPaths(tree(from), tree(to)).join('\n'))),
    tryMerge: (onto, commit, message) => {
      if (git.isAncestor(commit, onto)) return done(ok<MergeTrial>({ kind: 'merged', commit: onto }))
      const merged = git.merge(onto, commit)
      if (merged.conflicts.length > 0) return done(ok<MergeTrial>({ kind: 'conflict', files: merged.conflicts, tree: 'tree', notes: '' }))
      return done(ok<MergeTrial>({ kind: 'merged', commit: git.commit(merged.tree, [onto, commit], message) }))
    },
    layOutConflict: ({ path }, onto) => {
      const place = at(path)
      const merged = git.merge(place.head, onto)
      if (sameTree(place.files, tree(place.head))) place.files = { ...merged.tree }
      return done(ok({ files: merged.conflicts, notes: '' }))
    },
    commitResolution: ({ path, branch }, { message, onto, files }) => {
      const place = at(path)
      const unresolved = files.filter((file) => place.files[file]?.includes('<<<<<<< ') === true)
      if (unresolved.length > 0) return done(ok({ unresolved }))
      place.head = git.commit({ ...place.files }, [place.head, onto], message)
      git.branches.set(branch, place.head)
      return done(ok({ commit: place.head }))
    },
    advanceWorkspace: ({ path, branch }, to) => {
      const place = at(path)
      place.head = to
      place.files = { ...tree(to) }
      git.branches.set(branch, to)
      return done(ok(undefined))
    },
    readFile: (commit, path) => done(ok(tree(commit)[path] ?? null)),
    commitFile: (parent, { path, text, message }) =>
      done(ok(tree(parent)[path] === text ? parent : git.commit({ ...tree(parent), [path]: text }, [parent], message))),
    moveBranch: (branch, from, to) => done(swap(branch, from, to)),
    land: (branch, from, to) => done(swap(branch, from, to)),
    isAncestor: (commit, of) => done(ok(git.isAncestor(commit, of))),
    mergedMilestones: (tip) => {
      const merged = new Map<MilestoneId, { commit: string; hash: string | null }>()
      for (const id of git.history(tip)) {
        const { message, parents } = git.get(id)
        const task = /^Orch-Task: (.+)$/m.exec(message)?.[1]
        if (parents.length === 2 && task !== undefined)
          merged.set(task as MilestoneId, { commit: id, hash: /^Orch-Milestone: (.+)$/m.exec(message)?.[1] ?? null })
      }
      return done(ok(merged))
    },
  }
}
