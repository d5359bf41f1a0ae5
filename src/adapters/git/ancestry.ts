import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import { type CommitLinks, linksIn } from './known-commits.js'
import type { Site } from './site.js'

/** Farther apart, one git process is cheaper than reading the way between two commits. */
const mostRead = 150
/** Of commits that are known already: a stage of thousands of tasks is a chain of their merges, and nothing else goes on meanwhile. */
const mostVisited = 5000

/** What a commit says of itself; null: git has to be asked in the ordinary way. */
export async function linksOf(site: Site, commit: CommitId): Promise<CommitLinks | null> {
  const known = site.learned.commits.get(commit)
  if (known !== undefined || !isWhole(commit)) return known ?? null
  const found = await site.objects.read(commit)
  const links = found?.type === 'commit' ? linksIn(found.content.toString('latin1')) : null
  if (links !== null) site.learned.commits.note(commit, links)
  return links
}

const isWhole = (commit: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)

/**
 * Whether a commit is part of another one's history, from what the commits between them say. Walks back from both, level by level:
 * nothing that `commit` comes after can come after `commit`.
 * @returns null: too far apart, or something could not be read
 */
export async function isAncestorNearby(site: Site, commit: CommitId, of: CommitId): Promise<boolean | null> {
  // There, a commit may name parents that git does not count.
  if ((await isShallow(site)) || (await linksOf(site, commit)) === null) return null
  const budget = { reads: mostRead, visits: mostVisited }
  const below = new Walk(site, commit, budget)
  const above = new Walk(site, of, budget)
  while (above.frontier.length > 0) {
    if (above.seen.has(commit)) return true
    if (below.seen.has(of)) return false
    if (!(await above.step(below.seen)) || !(await below.step())) return null
  }
  return above.seen.has(commit)
}

const isShallow = (site: Site): Promise<boolean> =>
  stat(join(site.commonDir, 'shallow')).then(
    () => true,
    () => false,
  )

class Walk {
  readonly seen: Set<CommitId>
  frontier: readonly CommitId[]

  constructor(
    private readonly site: Site,
    start: CommitId,
    private readonly budget: { reads: number; visits: number },
  ) {
    this.seen = new Set([start])
    this.frontier = [start]
  }

  /** One level back. @returns false when it came to an end of what may or can be read */
  async step(without: ReadonlySet<CommitId> = new Set()): Promise<boolean> {
    const from = this.frontier.filter((commit) => !without.has(commit))
    const unread = from.filter((commit) => this.site.learned.commits.get(commit) === undefined)
    this.budget.visits -= from.length
    this.budget.reads -= unread.length
    if (this.budget.visits < 0 || this.budget.reads < 0) return false
    if (unread.length > 0) await Promise.all(unread.map((commit) => linksOf(this.site, commit)))
    const next: CommitId[] = []
    for (const commit of from) {
      const links = this.site.learned.commits.get(commit)
      if (links === undefined) return false
      for (const parent of links.parents) {
        if (this.seen.has(parent)) continue
        this.seen.add(parent)
        next.push(parent)
      }
    }
    this.frontier = next
    return true
  }
}
