import type { Evidence } from '../evidence.js'
import type { Kept } from './promise.js'

/** Every commit that a branch of a task ever had, and whatever a session made, can still be reached from somewhere. */
export const neverLost: Kept = ({ evidence, overwritten }) => {
  const reachable = reachableFrom(evidence)
  const works = [...evidence.works].filter((commit) => !reachable.has(commit)).map((commit) => `the work ${commit}`)
  const commits = [...evidence.everOn].flatMap(([branch, ever]) =>
    isIntegration(branch) ? [] : [...ever].filter((commit) => !reachable.has(commit)).map((commit) => `${commit}, once on ${branch}`),
  )
  return [...works, ...commits, ...overwritten.map((what) => `uncommitted: ${what}`)]
}

/** What was only tried out on it may go. */
const isIntegration = (branch: string): boolean => /\/stage-\d+$/.test(branch)

function reachableFrom({ git, worktrees }: Evidence): ReadonlySet<string> {
  const reachable = new Set<string>()
  const heads = [...worktrees.values()].map((place) => place.head)
  for (const root of [...git.branches.values(), ...git.kept, ...heads]) for (const commit of git.history(root)) reachable.add(commit)
  return reachable
}
