import type { Worktree } from './site.js'

/**
 * The spare worktrees that this process knows of: they hold nothing but what is merged, and wait for the next one that is opened. What is
 * claimed or reserved is so at once, so that nobody else gets it.
 */
export class SpareShelf {
  /** What was made before this process began is on it. */
  isLoaded = false
  /** How many files the worktree had that was made last. */
  files = 0
  /** By a worktree's entry: how the index looked that was kept when git had written the files. */
  readonly firstIndexes = new Map<string, string>()
  /** Ends when the one that is being prepared is here, or will not come. */
  preparing: Promise<unknown> = Promise.resolve()
  #idle: readonly Worktree[] = []
  #arriving = 0
  #wanted = 0

  /** Those that lie here, and those on their way. */
  get count(): number {
    return this.#idle.length + this.#arriving
  }

  /** @returns those beyond what is wanted, taken off */
  want(most: number): readonly Worktree[] {
    this.#wanted = most
    const surplus = this.#idle.slice(Math.max(0, most - this.#arriving))
    this.#idle = this.#idle.slice(0, this.#idle.length - surplus.length)
    return surplus
  }

  /** Takes one off; null: there is none. One that is being prepared is waited for: another would not be made sooner. */
  async claim(): Promise<Worktree | null> {
    if (this.#idle.length === 0) await this.preparing
    const [first, ...others] = this.#idle
    this.#idle = others
    return first ?? null
  }

  /** Whether one more is wanted than there are. Then it is on its way until `put` or `giveUp`. */
  reserve(wanted = this.#wanted): boolean {
    if (this.count >= wanted) return false
    this.#arriving++
    return true
  }

  giveUp(): void {
    this.#arriving--
  }

  /** One that was reserved. */
  put(worktree: Worktree): void {
    this.#arriving--
    this.#idle = [...this.#idle, worktree]
  }

  /** Those that were found. */
  load(found: readonly Worktree[]): void {
    this.isLoaded = true
    this.#idle = [...this.#idle, ...found]
  }
}
