import { createHash } from 'node:crypto'

export type Tree = Readonly<Record<string, string>>

export interface MemoryCommit {
  readonly id: string
  readonly tree: Tree
  readonly parents: readonly string[]
  readonly message: string
  /** How many commits lie on the longest way to it. */
  readonly depth: number
}

/** Commits and branches as git has them, without a disk: what survives when orch dies. */
export class MemoryGit {
  readonly commits = new Map<string, MemoryCommit>()
  /** Commits that are kept under a name which is no branch. */
  readonly kept = new Set<string>()
  readonly #histories = new Map<string, ReadonlySet<string>>()

  /** @param second the date that goes into a commit: the same work committed later is another commit, as in git */
  constructor(
    private readonly second: () => number = () => 0,
    readonly branches: Map<string, string> = new Map(),
  ) {}

  commit(tree: Tree, parents: readonly string[], message: string): string {
    const sorted = Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
    const told = [...new Set(parents)]
    const id = createHash('sha1')
      .update(JSON.stringify([sorted, told, message, this.second()]))
      .digest('hex')
    const depth = 1 + Math.max(0, ...told.map((parent) => this.get(parent).depth))
    this.commits.set(id, { id, tree: sorted, parents: told, message, depth })
    return id
  }

  get(id: string): MemoryCommit {
    const found = this.commits.get(id)
    if (found === undefined) throw new Error(`no commit ${id}`)
    return found
  }

  /** The commit and everything before it. */
  history(id: string): ReadonlySet<string> {
    const known = this.#histories.get(id)
    if (known !== undefined) return known
    const seen = new Set([id])
    const todo = [...this.get(id).parents]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      todo.push(...this.get(next).parents)
    }
    this.#histories.set(id, seen)
    return seen
  }

  isAncestor(commit: string, of: string): boolean {
    return this.history(of).has(commit)
  }

  /** A best common ancestor: the deepest one, which no other common ancestor descends from. */
  mergeBase(a: string, b: string): string | null {
    const left = this.history(a)
    let best: MemoryCommit | null = null
    for (const id of this.history(b)) {
      if (!left.has(id)) continue
      const commit = this.get(id)
      if (best === null || commit.depth > best.depth) best = commit
    }
    return best?.id ?? null
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
