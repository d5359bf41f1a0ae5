import type { CommitId } from '../../core/fact.js'

/** What a commit says of itself, as far as orch asks. */
export interface CommitLinks {
  readonly tree: string
  readonly parents: readonly CommitId[]
}

/** A run makes a few commits for each task; what was forgotten is read again. */
const most = 50_000

/** Trees and parents of commits that were read or made here. They cannot change, so nothing in here is ever wrong. */
export class KnownCommits {
  readonly #links = new Map<CommitId, CommitLinks>()

  get(commit: CommitId): CommitLinks | undefined {
    return this.#links.get(commit)
  }

  note(commit: CommitId, links: CommitLinks): void {
    const [oldest] = this.#links.size >= most ? this.#links.keys() : []
    if (oldest !== undefined) this.#links.delete(oldest)
    this.#links.set(commit, links)
  }
}

/** Reads a commit as `git cat-file commit` gives it (gitformat: `tree`, `parent`…, up to the first empty line); null for anything else. */
export function linksIn(content: string): CommitLinks | null {
  const [tree, ...others] = content.slice(0, Math.max(0, content.indexOf('\n\n'))).split('\n')
  const [, id] = /^tree ([0-9a-f]+)$/.exec(tree ?? '') ?? []
  if (id === undefined) return null
  const parents: CommitId[] = []
  for (const line of others) {
    const [, parent] = /^parent ([0-9a-f]+)$/.exec(line) ?? []
    if (parent === undefined) break
    parents.push(parent)
  }
  return { tree: id, parents }
}
