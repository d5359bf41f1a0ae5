import { allPassed, type CheckResult } from '../core/check.js'
import type { CommitId } from '../core/fact.js'
import type { Repository } from './ports/repository.js'

/**
 * What passed on which files: two commits with the same tree need no second run of the same checks. It lives as long as orch does;
 * what is forgotten is run again.
 */
export class PassedTrees {
  readonly #byTree = new Map<string, ReadonlyMap<string, CheckResult>>()

  constructor(private readonly repository: Pick<Repository, 'treeOf'>) {}

  /** @param results of checks that all passed on exactly that commit, at the first try */
  async learn(commit: CommitId, results: readonly CheckResult[]): Promise<void> {
    const tree = results.length > 0 && allPassed(results) ? await this.repository.treeOf(commit) : null
    if (tree?.ok !== true) return
    const known = this.#byTree.get(tree.value) ?? new Map<string, CheckResult>()
    this.#byTree.set(tree.value, new Map([...known, ...results.map((r) => [r.command, r] as const)]))
  }

  /** The results of these commands on the commit's files; null: not all of them are known to pass. */
  async recall(commit: CommitId, commands: readonly string[]): Promise<readonly CheckResult[] | null> {
    if (commands.length === 0 || this.#byTree.size === 0) return null
    const tree = await this.repository.treeOf(commit)
    const known = tree.ok ? this.#byTree.get(tree.value) : undefined
    const results = commands.flatMap((command) => known?.get(command) ?? [])
    return results.length === commands.length ? results : null
  }
}
