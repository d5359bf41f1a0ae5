import { existsSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '../adapters/clock/clock.js'
import { releasePrecious } from '../adapters/git/precious.js'
import { endMarked, findMarked } from '../adapters/processes/survivors.js'
import { type DamagedRun, inspectRun, mendRun } from '../adapters/store/mend-run.js'
import { listNeverBegun, removeNeverBegun } from '../adapters/store/never-begun.js'
import { listRuns } from '../adapters/store/run-folders.js'
import { acquireLock, leftLock, readHolding, setLockAside } from '../adapters/store/run-lock.js'
import { listTemporaries, removeTemporaries } from '../adapters/store/temporaries.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import { markersOf } from './processes.js'
import { type Project, planProject, preciousOf } from './project.js'

/** Something that a run which was cut off, or a disk, left wrong, and that orch can put right. */
export interface Repair {
  readonly what: 'state' | 'lock' | 'config' | 'worktree' | 'file' | 'process'
  /** What is wrong, for people. */
  readonly trouble: string
  /** False: it is named, and left alone. */
  readonly mendable: boolean
}

/** What was put right. */
export interface Repaired {
  readonly what: Repair['what']
  readonly detail: string
}

interface Plan extends Repair {
  /** Only under the lock. @returns what was done, for people */
  readonly mend: () => Promise<Result<readonly string[], Failure>>
}

/** Names everything that could be put right, and changes nothing. None while a run is under way: then it is in use. */
export async function findRepairs(project: Project): Promise<Result<readonly Repair[], Failure>> {
  if ((await readHolding(project.lockFile)) !== null) return ok([])
  const left = await leftLock(project.lockFile)
  const plans = await plansFor(project)
  if (!plans.ok) return plans
  const lock = { what: 'lock', trouble: `a ${left ?? ''} lock, ${project.lockFile}`, mendable: true } as const
  return ok(left === null ? plans.value : [lock, ...plans.value])
}

/** `orch doctor --fix`: puts all of that right, as the only orch at work here. Whatever is replaced is kept beside it. */
export async function repair(project: Project): Promise<Result<readonly Repaired[], Failure>> {
  const now = systemClock.now()
  const done: Repaired[] = []
  const left = await leftLock(project.lockFile)
  if (left === 'damaged') {
    const aside = await setLockAside(project.lockFile, now)
    if (aside !== null) done.push({ what: 'lock', detail: `the damaged lock was moved out of the way, to ${aside}` })
  }
  const request = { path: project.lockFile, run: 'none', command: 'orch doctor --fix', at: new Date(now).toISOString() }
  const lock = await acquireLock(request)
  if (!lock.ok) return lock
  try {
    if (left === 'stale') done.push({ what: 'lock', detail: 'the lock of a process that is gone was removed' })
    const plans = await plansFor(project)
    if (!plans.ok) return plans
    for (const plan of plans.value.filter((p) => p.mendable)) {
      const mended = await plan.mend()
      if (!mended.ok) return mended
      done.push(...mended.value.map((detail) => ({ what: plan.what, detail })))
    }
    return ok(done)
  } finally {
    await lock.value.release()
  }
}

async function plansFor(project: Project): Promise<Result<readonly Plan[], Failure>> {
  const worktrees = await worktreePlans(project)
  if (!worktrees.ok) return worktrees
  return ok([
    ...(await processPlans(project)),
    ...configPlans(project),
    ...worktrees.value,
    ...(await filePlans(project)),
    ...(await folderPlans(project)),
    ...(await statePlans(project)),
  ])
}

/** Ends what a killed orch left running, found by its marker; nothing may be mended under its hands. */
async function processPlans(project: Project): Promise<readonly Plan[]> {
  const markers = await markersOf(project)
  const left = await findMarked(markers)
  if (left.length === 0) return []
  const mend = async () => ok([`ended ${(await endMarked(markers)).length} left-over processes`])
  return [{ what: 'process', trouble: `processes that a killed orch left: ${left.map((p) => p.pid).join(', ')}`, mendable: true, mend }]
}

function configPlans(project: Project): readonly Plan[] {
  const precious = preciousOf(project)
  if (!existsSync(precious.memory)) return []
  const mend = async () => {
    const released = await releasePrecious(project.git, precious)
    return released.ok ? ok(["the repository's config is as it was before the run"]) : released
  }
  const trouble = "the repository's config as it is during a run (extensions.preciousObjects)"
  return [{ what: 'config', trouble, mendable: true, mend }]
}

async function worktreePlans(project: Project): Promise<Result<readonly Plan[], Failure>> {
  const gone = await project.repository.goneWorktrees()
  if (!gone.ok) return gone
  const plan = (worktree: string): Plan => ({
    what: 'worktree',
    trouble: `${worktree} is gone, and git still lists it`,
    mendable: true,
    mend: async () => {
      const forgotten = await project.repository.forgetWorktree(worktree)
      return forgotten.ok ? ok([`git no longer lists ${worktree}, which is gone; its branch stays`]) : forgotten
    },
  })
  return ok(gone.value.map(plan))
}

/** Of a run that was killed before it had saved anything. */
async function folderPlans(project: Project): Promise<readonly Plan[]> {
  const left = await listNeverBegun(project.runsFolder)
  if (left.length === 0) return []
  const names = left.map(({ folder }) => path.relative(project.root, folder)).join(', ')
  const mend = async () => {
    await removeNeverBegun(left)
    return ok([`removed the empty folder of a run that was never begun: ${names}`])
  }
  return [{ what: 'file', trouble: `a run that was never begun: ${names}`, mendable: true, mend }]
}

async function filePlans(project: Project): Promise<readonly Plan[]> {
  const left = await listTemporaries(project.runsFolder)
  if (left.length === 0) return []
  const names = left.map((file) => path.relative(project.root, file)).join(', ')
  const mend = async () => {
    await removeTemporaries(project.runsFolder)
    return ok([`removed unfinished files: ${names}`])
  }
  return [{ what: 'file', trouble: `unfinished files: ${names}`, mendable: true, mend }]
}

async function statePlans(project: Project): Promise<readonly Plan[]> {
  const plans: Plan[] = []
  for (const { folder } of await listRuns(project.runsFolder)) {
    const damaged = await inspectRun(folder)
    if (damaged !== null)
      plans.push({
        what: 'state',
        trouble: damaged.what.join('; '),
        mendable: damaged.remedy !== 'leave',
        mend: () => mendState(project, damaged),
      })
  }
  return plans
}

async function mendState(project: Project, damaged: DamagedRun): Promise<Result<readonly string[], Failure>> {
  const done = await mendRun(damaged, { orchVersion: project.surroundings.orchVersion, now: systemClock.now() })
  if (damaged.remedy === 'rebuild') return ok(done)
  const outlook = await planProject(project, { stages: [], milestones: [] })
  if (!outlook.ok) return outlook.error.kind === 'failure' ? err(outlook.error.failure) : ok(done)
  const { plan, baseBranch } = outlook.value
  const merged = plan.alreadyMerged.join(', ') || 'none'
  return ok([...done, `merged, as the history of ${baseBranch} tells: ${merged}; orch run begins a new run with the others`])
}
