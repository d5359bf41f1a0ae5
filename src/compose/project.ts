import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfigFile } from '../adapters/files/config-file.js'
import { type MilestoneFolder, milestoneFolder } from '../adapters/files/milestone-files.js'
import { discoverRepository, startingBranch } from '../adapters/git/discover.js'
import { createGit, type Git } from '../adapters/git/git.js'
import type { Preciousness } from '../adapters/git/precious.js'
import { openRepository, type WatchedRepository } from '../adapters/git/repository.js'
import type { Config } from '../core/config.js'
import type { Milestone } from '../core/milestone.js'
import { type Plan, planRun, type Selection } from '../core/plan.js'
import { err, ok, type Result } from '../core/result.js'
import type { Terminal } from '../ui/painter.js'
import { structuralMerge } from './structural-merge.js'
import { asFailure, asProblems, type Trouble } from './trouble.js'

/** The process that orch runs as. Given in, so that only commands look at it. */
export interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly orchVersion: string
}

/** A repository with its config: what every command begins with. Opening it writes nothing. */
export interface Project {
  readonly surroundings: Surroundings
  readonly root: string
  readonly commonDir: string
  readonly config: Config
  readonly git: Git
  readonly repository: WatchedRepository
  readonly milestones: MilestoneFolder
  /** `.orch/`: everything that orch keeps. */
  readonly orchFolder: string
  readonly runsFolder: string
  /** One for all worktrees of the repository. */
  readonly lockFile: string
}

export const gitOf = (surroundings: Pick<Surroundings, 'env'>): Git =>
  createGit({ environment: surroundings.env, sleep: async (ms) => sleep(ms) })

export async function openProject(surroundings: Surroundings, configFile: string | null): Promise<Result<Project, Trouble>> {
  const git = gitOf(surroundings)
  const found = await discoverRepository(git, surroundings.cwd)
  if (!found.ok) return err(asFailure(found.error))
  const { root, commonDir } = found.value
  const config = await readConfigFile({ root, cwd: surroundings.cwd, chosen: configFile, env: surroundings.env })
  if (!config.ok) return err(asProblems(config.error))
  const orchFolder = path.join(root, '.orch')
  return ok({
    surroundings,
    root,
    commonDir,
    config: config.value,
    git,
    repository: openRepository({
      ...{ ...found.value, git, environment: surroundings.env, envFiles: config.value.git.envFiles },
      structuralMerge: structuralMerge({ setting: config.value.git.structuralMerge, root, surroundings }),
    }),
    milestones: milestoneFolder({ root, dir: config.value.milestones.dir }),
    orchFolder,
    runsFolder: path.join(orchFolder, 'runs'),
    lockFile: path.join(commonDir, 'orch.lock'),
  })
}

/** Where is remembered what the repository's config said before a run. */
export const preciousOf = (project: Pick<Project, 'commonDir' | 'orchFolder'>): Preciousness => ({
  commonDir: project.commonDir,
  memory: path.join(project.orchFolder, 'precious.json'),
})

/** What would be done now, from files and history. */
export interface Outlook {
  readonly plan: Plan
  readonly milestones: readonly Milestone[]
  readonly baseBranch: string
  readonly baseCommit: string
}

/** The plan of all milestones; empty where nobody has written one yet: to begin with, that is no mistake. */
export async function outlookIfAny(project: Project): Promise<Result<Pick<Plan, 'stages'>, Trouble>> {
  if (await project.milestones.isEmpty()) return ok({ stages: [] })
  const outlook = await planProject(project, { stages: [], milestones: [] })
  return outlook.ok ? ok(outlook.value.plan) : outlook
}

export async function planProject(project: Project, selection: Selection): Promise<Result<Outlook, Trouble>> {
  const milestones = await project.milestones.read()
  if (!milestones.ok) return err(asProblems(milestones.error))
  const base = await startingBranch(project.git, project.root, project.config.git.baseBranch)
  if (!base.ok) return err(asFailure(base.error))
  const merged = await project.repository.mergedMilestones(base.value.tip)
  if (!merged.ok) return err(asFailure(merged.error))
  const plan = planRun(milestones.value, selection, new Set(merged.value.keys()), project.milestones.locate)
  if (!plan.ok) return err(asProblems(plan.error))
  return ok({ plan: plan.value, milestones: milestones.value, baseBranch: base.value.branch, baseCommit: base.value.tip })
}
