import type { Between, MemoryWorktree } from './memory-desks.js'

/** How many spares one life of orch wants. */
export interface Wanted {
  most: number
}

const isSpare = (path: string): boolean => /\/spare-\d+$/.test(path)

/** Closed worktrees that wait to be opened as others, in the same small parts as the real ones. */
export class MemorySpares {
  constructor(
    private readonly worktrees: Map<string, MemoryWorktree>,
    private readonly wanted: Wanted,
    private readonly between: Between,
  ) {}

  get #paths(): readonly string[] {
    return [...this.worktrees.keys()].filter(isSpare)
  }

  keep(most: number): number {
    this.wanted.most = most
    for (const path of this.#paths.slice(most)) {
      this.worktrees.delete(path)
      this.between('a spare gone')
    }
    return this.#paths.length
  }

  prepare(near: string, made: Omit<MemoryWorktree, 'isClosing'>): void {
    if (this.#paths.length === 0) this.worktrees.set(this.#free(near), { ...made, isClosing: true })
  }

  /** Of a spare, if there is one; until it is all done, what lies at the path counts as half made. */
  make(path: string, made: MemoryWorktree): void {
    const [spare] = this.#paths
    if (spare !== undefined) {
      this.worktrees.delete(spare)
      this.worktrees.set(path, { ...made, isClosing: true })
      this.between('a spare moved, not taken over')
    }
    this.worktrees.set(path, made)
  }

  putAway(path: string): void {
    const there = this.worktrees.get(path)
    if (there === undefined) return
    there.isClosing = true
    this.between('closing, nothing removed')
    if (this.#paths.length < this.wanted.most) this.worktrees.set(this.#free(path), { ...there, branch: null })
    this.worktrees.delete(path)
  }

  #free(near: string): string {
    const folder = near.slice(0, near.lastIndexOf('/'))
    for (let n = 1; ; n++) if (!this.worktrees.has(`${folder}/spare-${n}`)) return `${folder}/spare-${n}`
  }
}
