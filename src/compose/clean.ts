import path from 'node:path'
import { systemClock } from '../adapters/clock/clock.js'
import { isMergedSomewhere, type Leftover, listLeftovers } from '../adapters/git/leftovers.js'
import { findUnfinishedRun } from '../adapters/store/run-folders.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import type { Failure } from '../core/failure.js'
import { nestedWords } from '../core/kept-worktree.js'
import { err, ok, type Result } from '../core/result.js'
import type { Project } from './project.js'

/** What became of a branch of an earlier run and its worktree. */
export interface Cleaned {
  /** Null: a worktree without one, in which nothing can be missed. */
  readonly branch: string | null
  readonly worktree: string | null
  readonly removed: boolean
  /** Why it was kept. */
  readonly because: string | null
}

/** Removes branches and worktrees of which everything is merged. An unfinished run is left alone. */
export async function cleanProject(project: Project, dryRun: boolean): Promise<Result<readonly Cleaned[], Failure>> {
  const at = new Date(systemClock.now()).toISOString()
  const lock = await acquireLock({ path: project.lockFile, run: 'none', command: 'orch clean', at })
  if (!lock.ok) return lock
  try {
    return await clean(project, dryRun)
  } finally {
    await lock.value.release()
  }
}

async function clean(project: Project, dryRun: boolean): Promise<Result<readonly Cleaned[], Failure>> {
  const unfinished = await findUnfinishedRun(project.runsFolder, () => true)
  if (!unfinished.ok) return unfinished
  const leftovers = await listLeftovers(project.git, project.root)
  if (!leftovers.ok) return leftovers
  const cleaned: Cleaned[] = []
  for (const leftover of leftovers.value) {
    const kept = (because: string): Cleaned => ({ ...leftover, removed: false, because })
    if (unfinished.value !== null && leftover.branch.startsWith(`orch/${unfinished.value.state.run}/`)) {
      cleaned.push(kept('its run is unfinished'))
      continue
    }
    const because = await removeIfMerged(project, leftover, dryRun)
    if (!because.ok) return because
    cleaned.push(because.value === null ? { ...leftover, removed: true, because: null } : kept(because.value))
  }
  // An unfinished run makes its next worktrees of them.
  const useless = unfinished.value === null ? await removeUseless(project, dryRun) : ok([])
  return useless.ok ? ok([...cleaned, ...useless.value]) : useless
}

/** What a killed orch left half made or half removed, and what it had kept for tasks to come. */
async function removeUseless({ repository }: Project, dryRun: boolean): Promise<Result<readonly Cleaned[], Failure>> {
  const cleaned: Cleaned[] = []
  for (const worktree of await repository.uselessWorktrees()) {
    const removed = dryRun ? ok(undefined) : await repository.removeUseless(worktree)
    if (!removed.ok) return removed
    cleaned.push({ branch: null, worktree, removed: true, because: null })
  }
  return ok(cleaned)
}

const isRehearsal = ({ branch }: Leftover): boolean => branch.endsWith('/rehearsal')

/** Nothing of it is wanted, but whether that is so is not for orch to say. */
const rehearsalWords = ({ branch }: Leftover): string => `it is a rehearsal; if you need it no longer: git branch -D ${branch}`

/** @returns why it is kept; null: removed, or would be */
async function removeIfMerged(project: Project, leftover: Leftover, dryRun: boolean): Promise<Result<string | null, Failure>> {
  const into = await isMergedSomewhere(project.git, project.root, leftover.tip)
  if (!into.ok) return into
  if (into.value === null) return ok(isRehearsal(leftover) ? rehearsalWords(leftover) : 'it holds commits that are merged nowhere')
  if (leftover.worktree !== null && !leftover.worktree.startsWith(project.orchFolder + path.sep))
    return ok(`it is checked out in ${leftover.worktree}`)
  if (dryRun) return ok(null)
  const workspace = {
    branch: leftover.branch,
    path: leftover.worktree ?? path.join(project.orchFolder, 'worktrees', 'none'),
    base: leftover.tip,
  }
  const closed = await project.repository.closeWorkspace(workspace, into.value)
  if (!closed.ok) return err(closed.error)
  const { isClosed, nested } = closed.value
  if (isClosed) return ok(null)
  return ok(nested.length === 0 ? 'its worktree holds changes that are not committed' : nestedWords(nested, workspace.path))
}
