import { statfs } from 'node:fs/promises'
import { findProgram, programVersion } from '../adapters/claude/find-program.js'
import { probeSandbox } from '../adapters/claude/sandbox.js'
import { discoverRepository } from '../adapters/git/discover.js'
import { readLock } from '../adapters/store/run-lock.js'
import { describeFailure } from '../core/failure-words.js'
import { err, type Result } from '../core/result.js'
import type { Finding } from '../ui/finding-text.js'
import { seeRun } from './inspect.js'
import { gitOf, openProject, type Project, planProject, type Surroundings } from './project.js'
import { findRepairs, type Repaired, repair } from './repairs.js'
import { understudy, withUnderstudy } from './run-engine.js'
import { asFailure, type Trouble } from './trouble.js'

/** Below this a worktree or two fills the disk. */
const scarceBytes = 2 * 1024 ** 3

/** `orch doctor --fix`: puts right what can be put right. @returns what that was */
export async function mend(surroundings: Surroundings, configFile: string | null): Promise<Result<readonly Repaired[], Trouble>> {
  const opened = await openProject(surroundings, configFile)
  if (!opened.ok) return opened
  const repaired = await repair(opened.value)
  await opened.value.git.close()
  return repaired.ok ? repaired : err(asFailure(repaired.error))
}

/** Looks at everything that a run needs, spends nothing and changes nothing. */
export async function examine(surroundings: Surroundings, configFile: string | null): Promise<readonly Finding[]> {
  const repository = await examineRepository(surroundings)
  const opened = await openProject(surroundings, configFile)
  if (!opened.ok) return opened.error.kind === 'problems' ? [repository, troubleRow('config', opened.error)] : [repository]
  const project = opened.value
  const rest = await Promise.all([
    examineMilestones(project),
    examineAgent(project),
    examineSandbox(project),
    examineState(project),
    examineDisk(project),
  ])
  const repairs = await examineRepairs(project)
  await project.git.close()
  return [repository, fine('config', 'no problems'), ...rest, ...repairs]
}

const fine = (what: string, detail: string): Finding => ({ what, state: 'ok', detail, fix: null })

async function examineRepository(surroundings: Surroundings): Promise<Finding> {
  const git = gitOf(surroundings)
  const found = await discoverRepository(git, surroundings.cwd)
  if (!found.ok) return troubleRow('git', { kind: 'failure', failure: found.error })
  const version = await git.run({ doing: 'start', args: ['version'], cwd: surroundings.cwd })
  return fine('git', `${version.ok ? version.value.stdout.trim() : 'git'}, repository ${found.value.root}`)
}

function troubleRow(what: string, trouble: Trouble): Finding {
  if (trouble.kind === 'problems') {
    const [first] = trouble.problems
    const more = trouble.problems.length > 1 ? ` and ${trouble.problems.length - 1} more` : ''
    return {
      what,
      state: 'fail',
      detail: first === undefined ? 'problems' : `${first.file}:${first.line}:${first.column}: ${first.message}${more}`,
      fix: 'orch validate',
    }
  }
  const { message, hint } = describeFailure(trouble.failure)
  return { what, state: 'fail', detail: message, fix: hint }
}

async function examineMilestones(project: Project): Promise<Finding> {
  const outlook = await planProject(project, { stages: [], milestones: [] })
  if (!outlook.ok) return troubleRow('milestones', outlook.error)
  const { milestones, baseBranch } = outlook.value
  return fine('milestones', `${milestones.length}, for the branch ${baseBranch}`)
}

async function examineAgent(project: Project): Promise<Finding> {
  const { env, platform } = project.surroundings
  if (project.config.agent.command === understudy) return fine('agent', 'the understudy, the built-in stand-in: it spends nothing')
  const { agent } = withUnderstudy(project.config, project, false)
  const found = await findProgram(agent.command, { env, folder: project.root, platform })
  if (!found.ok) return troubleRow('agent', { kind: 'failure', failure: found.error })
  const version = await programVersion(found.value, env)
  if (version !== null) return fine('agent', `${agent.command}: ${version}`)
  return {
    what: 'agent',
    state: 'warn',
    detail: `${agent.command} does not tell its version`,
    fix: 'Start it by hand once: is it whole, and logged in?',
  }
}

async function examineSandbox(project: Project): Promise<Finding> {
  const { sandbox } = project.config.agent
  if (sandbox === 'off')
    return {
      what: 'sandbox',
      state: 'warn',
      detail: 'switched off by agent.sandbox',
      fix: 'Sessions can then reach everything that you can',
    }
  const support = await probeSandbox(project.surroundings.platform, project.surroundings.env)
  if (support.works)
    return fine('sandbox', 'works: sessions write only in their worktrees and reach only the hosts in agent.allowedDomains')
  const fix = 'On Debian and Ubuntu: apt-get install bubblewrap socat. Without it sessions can reach everything that you can'
  return { what: 'sandbox', state: sandbox === 'required' ? 'fail' : 'warn', detail: support.why, fix }
}

async function examineState(project: Project): Promise<Finding> {
  const holder = await readLock(project.lockFile)
  if (holder !== null) return fine('state', `run ${holder.run} is being carried out by process ${holder.pid} on ${holder.host}`)
  const seen = await seeRun(project, null)
  if (!seen.ok) return { what: 'state', state: 'fail', detail: 'the last run cannot be read', fix: null }
  if (seen.value === null) return fine('state', 'no run yet')
  const { state } = seen.value
  if (state.ending === 'done') return fine('state', `the last run, ${state.run}, is done`)
  return { what: 'state', state: 'warn', detail: `the run ${state.run} is unfinished (${state.ending ?? 'cut off'})`, fix: 'orch resume' }
}

/** What a run that was cut off, or a disk, left wrong. */
async function examineRepairs(project: Project): Promise<readonly Finding[]> {
  const repairs = await findRepairs(project)
  if (!repairs.ok) return [troubleRow('left over', { kind: 'failure', failure: repairs.error })]
  return repairs.value.map(({ what, trouble, mendable }) => ({
    what,
    state: what === 'state' ? 'fail' : 'warn',
    detail: trouble,
    fix: mendable ? 'orch doctor --fix' : 'Go on with the orch that wrote it; nothing was changed',
  }))
}

async function examineDisk(project: Project): Promise<Finding> {
  const { bavail, bsize } = await statfs(project.root)
  const free = bavail * bsize
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free for worktrees`
  return free < scarceBytes ? { what: 'disk', state: 'warn', detail, fix: 'orch clean removes what is merged' } : fine('disk', detail)
}
