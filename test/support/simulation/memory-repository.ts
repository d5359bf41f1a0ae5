import type { Failure } from '../../../src/core/failure.js'
import { asMilestoneId, type MilestoneId } from '../../../src/core/milestone.js'
import { err, ok, type Result } from '../../../src/core/result.js'
import type { MergeTrial, Repository } from '../../../src/engine/ports/repository.js'
import { type Between, MemoryDesks, type MemoryWorktree } from './memory-desks.js'
import { changedPaths, type MemoryGit, type Tree } from './memory-git.js'
import type { Wanted } from './memory-spares.js'

const done = <T>(value: Result<T, Failure>): Promise<Result<T, Failure>> => Promise.resolve(value)

/** What one life of orch has in mind, beside what lies on the disk. */
interface InMind {
  readonly between?: Between
  readonly wanted?: Wanted
}

/** The Repository port over `MemoryGit`: same promises, no processes. */
export function memoryRepository(git: MemoryGit, worktrees: Map<string, MemoryWorktree>, inMind: InMind = {}): Repository {
  const desks = new MemoryDesks(git, worktrees, inMind.between ?? (() => undefined), inMind.wanted ?? { most: 0 })
  return {
    branchTip: (branch) => {
      const tip = git.branches.get(branch)
      return done(tip === undefined ? err({ reason: 'branch-missing', branch }) : ok(tip))
    },
    checkoutSize: (commit) => done(ok(Object.values(git.get(commit).tree).reduce((sum, text) => sum + text.length, 0))),
    openWorkspace: (workspace) => done(desks.open(workspace)),
    openScratch: (path, commit) => done(desks.openScratch(path, commit)),
    closeWorkspace: (workspace, mergedInto) => {
      const closed = desks.close(workspace, mergedInto)
      return done(closed.ok ? ok({ isClosed: closed.value, nested: [] }) : closed)
    },
    closeScratch: (path) => {
      desks.spares.putAway(path)
      return done(ok({ isClosed: true, nested: [] }))
    },
    keepSpares: (most) => done(ok(desks.spares.keep(most))),
    prepareSpare: (near, commit) => done(desks.prepareSpare(near, commit)),
    copyEnvFiles: () => done(ok(undefined)),
    commitWork: (desk, commit) => done(desks.commitWork(desk, commit)),
    commitScratch: (path, commit) => done(desks.commitScratch(path, commit)),
    snapshot: (path) => done(ok(git.commit({ ...desks.at(path).files }, [], 'snapshot'))),
    putBack: ({ path }, before) => done(ok(desks.putBack(path, before))),
    changedFiles: (from, to) => done(ok(changedPaths(git.get(from).tree, git.get(to).tree))),
    diff: (from, to) => done(ok(unifiedDiff(git.get(from).tree, git.get(to).tree))),
    tryMerge: (onto, commit, message) => done(ok(tryMerge(git, onto, commit, message))),
    layOutConflict: ({ path }, onto) => done(desks.layOut(path, onto)),
    commitResolution: (desk, commit) => done(desks.commitResolution(desk, commit)),
    advanceWorkspace: (desk, to) => done(desks.advance(desk, to)),
    readFile: (commit, path) => done(ok(git.get(commit).tree[path] ?? null)),
    commitFiles: (parent, { files, message }) => {
      const { tree } = git.get(parent)
      const isSame = files.every(({ path, text }) => tree[path] === text)
      const changed = { ...tree, ...Object.fromEntries(files.map(({ path, text }) => [path, text])) }
      return done(ok(isSame ? parent : git.commit(changed, [parent], message)))
    },
    moveBranch: (branch, from, to) => done(desks.swap(branch, from, to)),
    land: (branch, from, to) => done(land(git, desks, { branch, from, to })),
    treeOf: (commit) => done(ok(JSON.stringify(git.get(commit).tree))),
    isAncestor: (commit, of) => done(ok(git.isAncestor(commit, of))),
    commitNamed: (name, within) => done(ok([...git.history(within)].find((id) => id.startsWith(name)) ?? null)),
    broughtBy: ({ file }, merges) => done(ok(merges.filter((merge) => changesFile(git, merge, file)))),
    mergedMilestones: (tip) => done(ok(mergedMilestones(git, tip))),
  }
}

function changesFile(git: MemoryGit, merge: string, file: string): boolean {
  const { tree, parents } = git.get(merge)
  return parents[0] === undefined || git.get(parents[0]).tree[file] !== tree[file]
}

/** Whole files in place of hunks. */
const unifiedDiff = (from: Tree, to: Tree): string =>
  changedPaths(from, to)
    .map((path) => {
      const [before, after] = [from[path], to[path]].map((text) => (text === undefined ? [] : text.replace(/\n$/, '').split('\n')))
      const marks = [`diff --git a/${path} b/${path}`, ...(from[path] === undefined ? ['new file mode 100644'] : [])]
      const lines = [...(before ?? []).map((line) => `-${line}`), ...(after ?? []).map((line) => `+${line}`)]
      return [...marks, `--- a/${path}`, `+++ b/${path}`, `@@ -1,${before?.length} +1,${after?.length} @@`, ...lines].join('\n')
    })
    .join('\n')

function tryMerge(git: MemoryGit, onto: string, commit: string, message: string): MergeTrial {
  if (git.isAncestor(commit, onto)) return { kind: 'merged', commit: onto }
  const merged = git.merge(onto, commit)
  if (merged.conflicts.length > 0)
    return { kind: 'conflict', files: merged.conflicts, tree: git.commit(merged.tree, [], 'both sides'), notes: '' }
  return { kind: 'merged', commit: git.commit(merged.tree, [onto, commit], message) }
}

/** Landed before, and the person went on from there; or the branch went another way. */
function land(git: MemoryGit, desks: MemoryDesks, move: { branch: string; from: string; to: string }): Result<void, Failure> {
  const tip = git.branches.get(move.branch)
  if (tip === undefined) return err({ reason: 'branch-missing', branch: move.branch })
  if (tip !== move.from && tip !== move.to && git.isAncestor(move.to, tip)) return ok(undefined)
  return desks.swap(move.branch, move.from, move.to)
}

/** By their trailers; of several merges of one, the newest counts. */
export function mergedMilestones(git: MemoryGit, tip: string): Map<MilestoneId, { commit: string; hash: string | null }> {
  const merged = new Map<MilestoneId, { commit: string; hash: string | null }>()
  const newestFirst = [...git.history(tip)].map((id) => git.get(id)).sort((a, b) => b.depth - a.depth)
  for (const { id, message, parents } of newestFirst) {
    const task = asMilestoneId(/^Orch-Task: (.+)$/m.exec(message)?.[1] ?? '')
    if (parents.length !== 2 || task === null || merged.has(task)) continue
    merged.set(task, { commit: id, hash: /^Orch-Milestone: (.+)$/m.exec(message)?.[1] ?? null })
  }
  return merged
}
