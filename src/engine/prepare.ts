import { allPassed, type CheckResult } from '../core/check.js'
import { joinMessage } from '../core/commit-message.js'
import type { CommitId, WorkFact, WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { stageOf } from '../core/run-state.js'
import type { Work, Workspace } from '../core/work.js'
import { type Engine, failWork, haltFor, record, stateOf } from './engine.js'
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
  const failure = await furnish(engine, work.id, workspace.path)
  if (failure !== null) return failWork(engine, work.id, failure)
  await record(engine, { type: 'workspace-opened', task: work.id, ...workspace })
  engine.ahead.begin(engine, work.stage)
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
export async function furnish(engine: Engine, task: WorkId, path: string): Promise<Failure | null> {
  const copied = await engine.ports.repository.copyEnvFiles(path, engine.config.git.envFiles)
  if (!copied.ok) return copied.error
  const setup = engine.config.worktree.setup.map((command) => ({ command, timeoutMs: engine.config.execution.checkTimeoutMs }))
  const ran = await runCommands(engine, task, { checks: setup, path, name: 'setup', untilFirstFailure: true })
  if (!ran.ok) return ran.error
  const failed = ran.value.find((r) => !r.passed)
  return failed === undefined ? null : { reason: 'setup-failed', command: failed.command, output: failed.output }
}

/** Entry requirements that are commands; a failing one blocks the task with its text. */
export async function checkEntry(engine: Engine, work: Work): Promise<void> {
  const commands = (work.milestone?.entryRequirements ?? []).flatMap((r) => (r.command === null ? [] : [r.command]))
  const checks = commands.map((command) => ({ command, timeoutMs: engine.config.execution.checkTimeoutMs }))
  const ran = await runCommands(engine, work.id, { checks, path: workspaceOf(work).path, name: 'entry', untilFirstFailure: false })
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
  const joined = merge.value.kind === 'merged' ? merge.value.commit : null
  const ahead = await aheadOf(engine, work, { onto, joined })
  if (!ahead.ok) return failWork(engine, work.id, ahead.error)
  if (ahead.value !== null) for (const fact of ahead.value) await record(engine, fact)
  else if (merge.value.kind === 'conflict')
    await record(engine, { type: 'merge-conflicted', task: work.id, onto, files: merge.value.files })
  else await advance(engine, work, { onto, commit: merge.value.commit })
}

async function advance(engine: Engine, work: Work, to: { onto: CommitId; commit: CommitId }): Promise<void> {
  const moved = await engine.ports.repository.advanceWorkspace(workspaceOf(work), to.commit)
  if (moved.ok) await record(engine, { type: 'base-joined', task: work.id, ...to })
  // Somebody committed on the branch since the look at it: look again.
  else if (moved.error.reason !== 'branch-moved') await failWork(engine, work.id, moved.error)
}

/**
 * The branch holds more than the state knows: the very join, made by an orch that died before it could say so; or what a
 * person committed, a conflict that they resolved by hand perhaps, which counts and is judged anew.
 * @returns the facts that tell of it; null: there is no more than that
 */
async function aheadOf(
  engine: Engine,
  work: Work,
  wanted: { onto: CommitId; joined: CommitId | null },
): Promise<Result<readonly WorkFact[] | null, Failure>> {
  const { repository } = engine.ports
  const tip = await repository.branchTip(workspaceOf(work).branch)
  if (!tip.ok) return tip
  const known = await repository.isAncestor(tip.value, work.head ?? '')
  if (!known.ok || known.value) return known.ok ? ok(null) : known
  const isThere = await repository.isAncestor(wanted.onto, tip.value)
  const others = wanted.joined === null ? ok(null) : await repository.changedFiles(wanted.joined, tip.value)
  if (!isThere.ok) return isThere
  if (!others.ok) return others
  const joined: WorkFact = { type: 'base-joined', task: work.id, onto: wanted.onto, commit: tip.value }
  if (isThere.value && others.value?.length === 0) return ok([joined])
  const believed: WorkFact = { type: 'git-believed', task: work.id, expected: work.head ?? '', commit: tip.value }
  return ok(isThere.value ? [believed, joined] : [believed])
}

/** After a pause or a crash the worktree may be gone or half made. @returns false when the work cannot go on */
export async function reopenWorkspace(engine: Engine, work: Work): Promise<boolean> {
  if (work.workspace === null || !work.workspaceOpen) return true
  const wasThere = await engine.ports.repository.snapshot(work.workspace.path)
  // Nobody could look: what lies there is not gone for that, and nothing may be made in its place.
  if (!wasThere.ok && (await haltFor(engine, wasThere.error))) return false
  const opened = isWhole(work) ? await reopenScratch(engine, work, wasThere.ok) : await reopenBranch(engine, work)
  const failure = !opened.ok ? opened.error : wasThere.ok ? null : await furnish(engine, work.id, work.workspace.path)
  if (failure !== null) await failWork(engine, work.id, failure)
  return failure === null
}

/** Should the branch be gone, it is made again where the work stood, not where it began. */
function reopenBranch(engine: Engine, work: Work): Promise<Result<void, Failure>> {
  const workspace = workspaceOf(work)
  return engine.ports.repository.openWorkspace({ ...workspace, base: work.head ?? workspace.base })
}

/** The last checks before a person's branch moves are worth nothing on anything but the very commit. */
async function reopenScratch(engine: Engine, work: Work, isThere: boolean): Promise<Result<void, Failure>> {
  const { repository, listener } = engine.ports
  const { path } = workspaceOf(work)
  const { head } = work
  if (head === null) throw new Error(`Internal error: ${work.id} has no commit to stand at`)
  if (!isThere) return repository.openScratch(path, head)
  // Without a session that goes on, it may still stand at a combination that was refused, and what is committed next would build on that.
  if (work.open !== null) return ok(undefined)
  const back = await repository.putBack({ path, branch: null }, { head, tree: head })
  if (!back.ok) return back
  const text = `${work.id}: what was not committed in its worktree is kept below refs/orch/kept: ${back.value.join(', ')}`
  if (back.value.length > 0) listener.progressed({ type: 'noticed', text })
  return ok(undefined)
}
