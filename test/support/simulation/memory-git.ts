import { createHash } from 'node:crypto'

export type Tree = Readonly<Record<string, string>>

export interface MemoryCommit {
  readonly id: string
  readonly tree: Tree
  readonly parents: readonly string[]
  readonly message: string
}

/** Commits and branches as git has them, without a disk: what survives when orch dies. */
export class MemoryGit {
  readonly commits = new Map<string, MemoryCommit>()
  readonly branches = new Map<string, string>()

  commit(tree: Tree, parents: readonly string[], message: string): string {
    const sorted = Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
    const id = createHash('sha1')
      .update(JSON.stringify([sorted, parents, message]))
      .digest('hex')
    this.commits.set(id, { id, tree: sorted, parents, message })
    return id
  }

  get(id: string): MemoryCommit {
    const found = this.commits.get(id)
    if (found === undefined) throw new Error(`no commit ${id}`)
    return found
  }

  /** The commit and everything before it. */
  history(id: string): Set<string> {
    const seen = new Set<string>()
    const todo = [id]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      todo.push(...this.get(next).parents)
    }
    return seen
  }

  isAncestor(commit: string, of: string): boolean {
    return this.history(of).has(commit)
  }

  /** A best common ancestor: one that no other common ancestor descends from. */
  mergeBase(a: string, b: string): string | null {
    const left = this.history(a)
    const common = [...this.history(b)].filter((c) => left.has(c))
    return common.find((c) => !common.some((other) => other !== c && this.isAncestor(c, other))) ?? null
  }

  /** File by file, three ways; a file changed differently on both sides is a conflict with both sides between markers. */
  merge(onto: string, commit: string): { tree: Tree; conflicts: string[] } {
    const base = this.mergeBase(onto, commit)
    const from = base === null ? {} : this.get(base).tree
    const ours = this.get(onto).tree
    const theirs = this.get(commit).tree
    const tree: Record<string, string> = {}
    const conflicts: string[] = []
    for (const path of new Set([...Object.keys(from), ...Object.keys(ours), ...Object.keys(theirs)])) {
      const [b, o, t] = [from[path], ours[path], theirs[path]]
      const merged = o === t || t === b ? o : o === b ? t : null
      if (merged === null) {
        conflicts.push(path)
        tree[path] = `<<<<<<< ours\n${o ?? ''}=======\n${t ?? ''}>>>>>>> theirs\n`
      } else if (merged !== undefined) tree[path] = merged
    }
    return { tree, conflicts }
  }
}

export const sameTree = (a: Tree, b: Tree): boolean => changedPaths(a, b).length === 0

export const changedPaths = (a: Tree, b: Tree): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((path) => a[path] !== b[path]).sort()
