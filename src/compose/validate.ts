import { milestoneFolder } from '../adapters/files/milestone-files.js'
import { discoverRepository } from '../adapters/git/discover.js'
import { defaultConfig } from '../core/config.js'
import type { Milestone } from '../core/milestone.js'
import { planRun } from '../core/plan.js'
import { err, ok, type Result } from '../core/result.js'
import { gitOf, openProject, type Project, planProject, type Surroundings } from './project.js'
import { asProblems, type Trouble } from './trouble.js'

const everything = { stages: [], milestones: [] }

/** `orch validate`: all that is wrong in the files that a person wrote, at once. What they are for need not be ready yet. */
export async function validateProject(
  surroundings: Surroundings,
  configFile: string | null,
): Promise<Result<readonly Milestone[], Trouble>> {
  const opened = await openProject(surroundings, configFile)
  if (opened.ok) return validateMilestones(opened.value)
  if (opened.error.kind === 'failure') return opened
  const found = await discoverRepository(gitOf(surroundings), surroundings.cwd)
  if (!found.ok) return opened
  // Where the milestones are is not known for sure: what is wrong in the usual place is told as well.
  const milestones = await milestoneFolder({ root: found.value.root, dir: defaultConfig.milestones.dir }).read()
  return err(asProblems([...opened.error.problems, ...(milestones.ok ? [] : milestones.error)]))
}

/** Without a commit or a branch there is no run, but there can be a plan. */
async function validateMilestones(project: Project): Promise<Result<readonly Milestone[], Trouble>> {
  const outlook = await planProject(project, everything)
  if (outlook.ok) return ok(outlook.value.milestones)
  if (outlook.error.kind === 'problems') return outlook
  const milestones = await project.milestones.read()
  if (!milestones.ok) return err(asProblems(milestones.error))
  const plan = planRun(milestones.value, everything, new Set(), project.milestones.locate)
  return plan.ok ? ok(milestones.value) : err(asProblems(plan.error))
}
