import { availableParallelism } from 'node:os'
import path from 'node:path'
import { shellCommands } from '../adapters/commands/shell-commands.js'
import { startChild } from '../adapters/processes/child.js'
import { secretRedactor } from '../adapters/processes/secret-redactor.js'
import { blankWork } from '../core/blank-work.js'
import type { Check } from '../core/check.js'
import { checksFor } from '../core/checks-for.js'
import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { Project } from './project.js'

/**
 * Runs on a commit what must pass there: the config's checks, and those of the milestones that are merged in it.
 * @param run whose work is judged: what is started belongs to it, and is found again by that
 * @returns the commands that failed
 */
export async function checkCommit(
  project: Project,
  { commit, run }: { readonly commit: CommitId; readonly run: string },
  stop: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const { repository, config, orchFolder } = project
  const checks = await checksAt(project, commit)
  if (!checks.ok || checks.value.length === 0) return checks.ok ? ok([]) : checks
  const scratch = path.join(orchFolder, 'worktrees', 'undo')
  const opened = await repository.openScratch(scratch, commit)
  if (!opened.ok) return opened
  const copied = await repository.copyEnvFiles(scratch, config.git.envFiles)
  const setup = config.worktree.setup.map((command) => ({ command, timeoutMs: config.execution.checkTimeoutMs }))
  const failed = copied.ok ? await failing(project, [...setup, ...checks.value], { scratch, run, stop }) : err(copied.error)
  const closed = await repository.closeScratch(scratch)
  return failed.ok && !closed.ok ? closed : failed
}

async function checksAt(project: Project, commit: CommitId): Promise<Result<readonly Check[], Failure>> {
  const merged = await project.repository.mergedMilestones(commit)
  if (!merged.ok) return merged
  const milestones = await project.milestones.read()
  const there = milestones.ok ? milestones.value.filter((m) => merged.value.has(m.id)) : []
  return ok(
    checksFor(
      there.map((milestone) => blankWork(milestone.id, milestone.stage, { ...milestone, milestone })),
      project.config,
    ),
  )
}

async function failing(
  project: Project,
  checks: readonly Check[],
  { scratch, run, stop }: { scratch: string; run: string; stop: AbortSignal },
): Promise<Result<readonly string[], Failure>> {
  const commands = shellCommands({
    start: startChild,
    logFile: (name) => path.join(project.orchFolder, 'undo-checks', `${name}.log`),
    inheritedEnv: project.surroundings.env,
    marker: run,
    redactor: secretRedactor(project.surroundings.env, project.config.agent.env),
    atOnce: project.config.execution.checkConcurrency ?? availableParallelism(),
  })
  const failed: string[] = []
  for (const [i, check] of checks.entries()) {
    const ran = await commands.run(check, { cwd: scratch, name: String(i + 1), env: { ORCH_TASK: 'undo' } }, stop)
    if (!ran.ok) return ran
    if (!ran.value.passed) failed.push(check.command)
  }
  return ok(failed)
}
