import { allPassed, type CheckResult } from '../core/check.js'
import { joinMessage } from '../core/commit-message.js'
import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { stageOf } from '../core/run-state.js'
import type { Work, Workspace } from '../core/work.js'
import { type Engine, failWork, record, stateOf } from './engine.js'
import type { MergeTrial } from './ports.js'
import { believeBranch } from './reconcile.js'
import { runCommands } from './run-commands.js'
import { isWhole, workspaceOf } from './workspace.js'

/** A branch and a worktree of its own from the stage's live tip, the configured files copied, the setup commands run. */
export async function prepare(engine: Engine, work: Work): Promise<void> {
  const { worktreePath } = engine.ports
  const stage = stageOf(stateOf(engine), work.stage)
  if (stage.integration === null) throw new Error(`Internal error: stage ${work.stage} has no tip`)
  const workspace: Workspace = { branch: `orch/${stateOf(engine).run}/${work.id}`, path: worktreePath(work.id), base: stage.integration }
  const opened = await openAtBase(engine, workspace)
  if (!opened.ok) return failWork(engine, work.id, opened.error)
  const failure = await furnish(engine, work, workspace.path)
  if (failure !== null) return failWork(engine, work.id, failure)
  await record(engine, { type: 'workspace-opened', task: work.id, ...workspace })
}

/** A branch that an earlier try left behind may be older than what was merged since. */
async function openAtBase(engine: Engine, workspace: Workspace): Promise<Result<void, Failure>> {
  const { repository } = engine.ports
  const opened = await repository.openWorkspace(workspace)
  if (!opened.ok) return opened
  const tip = await repository.branchTip(workspace.branch)
  if (!tip.ok || tip.value === workspace.base) return tip.ok ? ok(undefined) : tip
  const isBehind = await repository.isAncestor(tip.value, workspace.base)
  if (!isBehind.ok) return isBehind
  return isBehind.value ? repository.advanceWorkspace(workspace, workspace.base) : ok(undefined)
}

/** What a fresh worktree needs besides git's files. Null: all well. */
export async function furnish(engine: Engine, work: Work, path: string): Promise<Failure | null> {
  const copied = await engine.ports.repository.copyEnvFiles(path, engine.config.git.envFiles)
  if (!copied.ok) return copied.error
  const setup = engine.config.worktree.setup.map((command) => ({ command, timeoutMs: engine.config.execution.checkTimeoutMs }))
  const ran = await runCommands(engine, work, { checks: setup, path, name: 'setup', untilFirstFailure: true })
  if (!ran.ok) return ran.error
  const failed = ran.value.find((r) => !r.passed)
  return failed === undefined ? null : { reason: 'setup-failed', command: failed.command, output: failed.output }
}

/** Entry requirements that are commands; a failing one blocks the task with its text. */
export async function checkEntry(engine: Engine, work: Work): Promise<void> {
  const commands = (work.milestone?.entryRequirements ?? []).flatMap((r) => (r.command === null ? [] : [r.command]))
  const checks = commands.map((command) => ({ command, timeoutMs: engine.config.execution.checkTimeoutMs }))
  const ran = await runCommands(engine, work, { checks, path: workspaceOf(work).path, name: 'entry', untilFirstFailure: false })
  if (!ran.ok) return failWork(engine, work.id, ran.error)
  if (allPassed(ran.value)) await record(engine, { type: 'entry-checked', task: work.id, results: ran.value })
  else await record(engine, { type: 'task-blocked', task: work.id, failure: unmet(ran.value) })
}

function unmet(results: readonly CheckResult[]): Failure {
  const failed = results.find((r) => !r.passed)
  return { reason: 'entry-requirement-unmet', command: failed?.command ?? '', output: failed?.output ?? '' }
}

/** Brings what was merged before it into the task's own branch, so that it can be mended on top. */
export async function joinBase(engine: Engine, work: Work): Promise<void> {
  const { repository } = engine.ports
  const onto = work.obstacle?.onto
  if (onto === undefined || work.head === null) throw new Error(`Internal error: ${work.id} has nothing to join`)
  const merge = await repository.tryMerge(work.head, onto, joinMessage(stateOf(engine).run, work))
  if (!merge.ok) return failWork(engine, work.id, merge.error)
  const tip = await repository.branchTip(workspaceOf(work).branch)
  if (!tip.ok) return failWork(engine, work.id, tip.error)
  if (tip.value !== work.head && !(await isOwnJoin(engine, merge.value, onto, tip.value))) return believeBranch(engine, work, tip.value)
  if (merge.value.kind === 'conflict') {
    await record(engine, { type: 'merge-conflicted', task: work.id, onto, files: merge.value.files })
    return
  }
  const moved = await repository.advanceWorkspace(workspaceOf(work), merge.value.commit)
  if (!moved.ok) return failWork(engine, work.id, moved.error)
  await record(engine, { type: 'base-joined', task: work.id, onto, commit: merge.value.commit })
}

/** Whether the branch stands at this very merge, made before orch died; anything else on it was done by a person or an agent. */
async function isOwnJoin(engine: Engine, merge: MergeTrial, onto: CommitId, tip: CommitId): Promise<boolean> {
  if (merge.kind === 'conflict') return false
  const joined = await engine.ports.repository.isAncestor(onto, tip)
  const others = await engine.ports.repository.changedFiles(merge.commit, tip)
  return joined.ok && joined.value && others.ok && others.value.length === 0
}

/** After a pause or a crash the worktree may be gone or half made. @returns false when the work cannot go on */
export async function reopenWorkspace(engine: Engine, work: Work): Promise<boolean> {
  if (work.workspace === null || !work.workspaceOpen || isWhole(work)) return true
  // Should the branch be gone, it is made again where the work stood, not where it began.
  const opened = await engine.ports.repository.openWorkspace({ ...work.workspace, base: work.head ?? work.workspace.base })
  if (opened.ok) return true
  await failWork(engine, work.id, opened.error)
  return false
}
