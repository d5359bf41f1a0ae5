import { existsSync } from 'node:fs'
import path from 'node:path'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import { ensureExcluded } from '../adapters/git/discover.js'
import { holdPrecious, releasePrecious } from '../adapters/git/precious.js'
import { listenForSignals } from '../adapters/processes/signals.js'
import { endMarked } from '../adapters/processes/survivors.js'
import { openJournal, type RunJournal } from '../adapters/store/journal.js'
import { findUnfinishedRun, newRunId } from '../adapters/store/run-folders.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import { StoreError } from '../adapters/store/store-error.js'
import { removeTemporaries } from '../adapters/store/temporaries.js'
import type { Config } from '../core/config.js'
import { exitCodeForEnding, exitCodes } from '../core/exit-code.js'
import type { Fact } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Selection } from '../core/plan.js'
import { hasBudgetAgain } from '../core/policy/budget.js'
import { err, ok, type Result } from '../core/result.js'
import { hasStopped, retryableWork } from '../core/retryable.js'
import { type RunState, workOf } from '../core/run-state.js'
import { Halt } from '../engine/halt.js'
import { retryTask } from '../engine/retry.js'
import { carryOutRun } from '../engine/run.js'
import { chooseView, type View } from '../ui/view.js'
import type { Pool } from './accounts.js'
import { type KeptAwake, keepAwake } from './keep-awake.js'
import { leasesFor } from './leases.js'
import { type Outlook, type Project, planProject, preciousOf } from './project.js'
import { checkAgent, composeEngine, poolFor, withUnderstudy } from './run-engine.js'
import { asFailure, asProblems, asWrongName, type Trouble } from './trouble.js'

export interface RunRequest {
  readonly selection: Selection
  /** Null: as the config says. */
  readonly concurrency: number | null
  readonly noWait: boolean
  /** What the run may use, in place of what was said before; null: as it was. */
  readonly budget: { readonly maxUsd: number | null; readonly maxDurationMs: number | null }
  readonly withoutReview: boolean
  readonly rehearse: boolean
  readonly json: boolean
  /** Leave an unfinished run as it is and begin another. */
  readonly fresh: boolean
}

/** What was typed had nothing to do, or the exit status of the run that was carried out. */
export type Carried =
  | { readonly kind: 'nothing-to-do'; readonly detail: string }
  | { readonly kind: 'carried-out'; readonly exitCode: number }

/** Why no session could be started; null: nothing that shows before one is. */
export async function agentTrouble(project: Project): Promise<Failure | null> {
  const agent = await checkAgent(withUnderstudy(project.config, project, false), project)
  return agent.ok ? null : agent.error
}

/** `orch run`: continues an unfinished run, its failed tasks included, or begins one. */
export async function startOrContinue(project: Project, request: RunRequest): Promise<Result<Carried, Trouble>> {
  const unfinished = request.fresh ? ok(null) : await findUnfinishedRun(project.runsFolder, (state) => state.rehearsal === request.rehearse)
  if (!unfinished.ok) return err(asFailure(unfinished.error))
  if (unfinished.value !== null) {
    const { folder, state } = unfinished.value
    const mismatch = selectionMismatch(state, request.selection)
    if (mismatch !== null) return err(mismatch)
    return continueRun(project, request, { folder, retry: (id) => retryableWork(state).includes(id) })
  }
  const outlook = await planProject(project, request.selection)
  if (!outlook.ok) return outlook
  if (outlook.value.plan.stages.length === 0) return nothingToDo(project, alreadyDone(outlook.value))
  return beginRun(project, request, outlook.value)
}

/** `orch resume`, `orch retry`: goes on with the unfinished run. */
export async function continueUnfinished(project: Project, request: RunRequest, retry: string | null): Promise<Result<Carried, Trouble>> {
  const unfinished = await findUnfinishedRun(project.runsFolder, () => true)
  if (!unfinished.ok) return err(asFailure(unfinished.error))
  if (unfinished.value === null) return nothingToDo(project, 'There is no unfinished run.\nnext: orch run')
  const { folder, state } = unfinished.value
  const problem = retry === null ? null : retryProblem(state, retry)
  if (problem !== null) return err(problem)
  return continueRun(project, { ...request, rehearse: state.rehearsal }, { folder, retry: (id) => id === retry })
}

/** A run may have been killed after its last fact and before everything was put back: then that is what is left to do. */
async function nothingToDo(project: Project, detail: string): Promise<Result<Carried, Trouble>> {
  const precious = preciousOf(project)
  if (existsSync(precious.memory) || existsSync(project.lockFile)) {
    const at = new Date(systemClock.now()).toISOString()
    const lock = await acquireLock({ path: project.lockFile, run: 'none', command: 'orch run', at })
    if (lock.ok) {
      await releasePrecious(project.git, precious)
      await removeTemporaries(project.runsFolder)
      await lock.value.release()
    }
  }
  return ok({ kind: 'nothing-to-do', detail })
}

async function beginRun(project: Project, request: RunRequest, outlook: Outlook): Promise<Result<Carried, Trouble>> {
  const run = newRunId(systemClock, systemChance)
  const baseBranch = request.rehearse ? `orch/${run}/rehearsal` : outlook.baseBranch
  return carryOut(project, request, {
    run,
    folder: path.join(project.runsFolder, run),
    begin: async (journal) => {
      if (request.rehearse) await project.repository.moveBranch(baseBranch, null, outlook.baseCommit)
      await journal.record({
        type: 'run-started',
        baseBranch,
        baseCommit: outlook.baseCommit,
        stages: outlook.plan.stages,
        selection: request.selection,
        withoutReview: request.withoutReview,
        rehearsal: request.rehearse,
      })
      await setBudget(journal, request)
    },
  })
}

async function continueRun(
  project: Project,
  request: RunRequest,
  which: { folder: string; retry: (id: string) => boolean },
): Promise<Result<Carried, Trouble>> {
  const milestones = await project.milestones.read()
  if (!milestones.ok) return err(asProblems(milestones.error))
  return carryOut(project, request, {
    run: path.basename(which.folder),
    folder: which.folder,
    begin: async (journal) => {
      await journal.record({ type: 'run-resumed' })
      await setBudget(journal, request)
      const { budget, git } = project.config
      const needs = { journal, repository: project.repository, never: git.envFiles }
      for (const task of Object.keys(journal.state.work)) {
        const milestone = milestones.value.find((m) => m.id === task) ?? null
        if (which.retry(task) || hasBudgetAgain(workOf(journal.state, task), budget, milestone)) await retryTask(needs, task, milestone)
      }
    },
  })
}

async function setBudget(journal: RunJournal, { budget }: RunRequest): Promise<void> {
  if (budget.maxUsd !== null || budget.maxDurationMs !== null) await journal.record({ type: 'budget-set', ...budget })
}

interface Which {
  readonly run: string
  readonly folder: string
  readonly begin: (journal: RunJournal) => Promise<void>
}

/** Under the lock, with everything that must be put back when it ends. */
async function carryOut(project: Project, request: RunRequest, which: Which): Promise<Result<Carried, Trouble>> {
  const config = configFor(project, request)
  const agent = await checkAgent(config, project)
  if (!agent.ok) return err(asFailure(agent.error))
  const pool = await poolFor(config, project)
  if (!pool.ok) return err(asProblems(pool.error))
  const at = new Date(systemClock.now()).toISOString()
  const lock = await acquireLock({ path: project.lockFile, run: which.run, command: 'orch run', at })
  if (!lock.ok) return err(asFailure(lock.error))
  const precious = preciousOf(project)
  try {
    const excluded = await ensureExcluded(project.commonDir)
    if (!excluded.ok) return err(asFailure(excluded.error))
    const held = await holdPrecious(project.git, precious)
    if (!held.ok) return err(asFailure(held.error))
    return await underLock(project, { config, pool: pool.value }, request, which)
  } catch (error) {
    if (error instanceof StoreError) return err(asFailure(error.failure))
    throw error
  } finally {
    await releasePrecious(project.git, precious)
    await lock.value.release()
  }
}

function configFor(project: Project, request: RunRequest): Config {
  const { execution } = project.config
  const concurrency = request.concurrency ?? execution.concurrency
  return withUnderstudy({ ...project.config, execution: { ...execution, concurrency } }, project, request.rehearse)
}

interface Means {
  readonly config: Config
  readonly pool: Pool
}

async function underLock(project: Project, { config, pool }: Means, request: RunRequest, which: Which): Promise<Result<Carried, Trouble>> {
  const view = viewFor(project, request)
  const journal = await openJournal({
    runFolder: which.folder,
    orchVersion: project.surroundings.orchVersion,
    clock: systemClock,
    listeners: [view],
  })
  if (!journal.ok) return err(asFailure(journal.error))
  const halt = new Halt()
  const leases = leasesFor(project, config)
  const signals = stopOnSignals(halt, view)
  let awake: KeptAwake | null = null
  try {
    const survivors = await endSurvivors(which.run, journal.value)
    if (config.execution.keepAwake) awake = keepAwakeFor(project, which.run, view)
    await which.begin(journal.value)
    if (survivors !== null) await journal.value.record(survivors)
    await recordAccounts(journal.value, pool)
    const engine = await composeEngine({
      ...which,
      project,
      config,
      pool,
      journal: journal.value,
      listener: view,
      halt,
      leases,
      noWait: request.noWait || !config.rateLimit.autoResume,
      runFolder: which.folder,
    })
    const outcome = await carryOutRun(engine)
    return ok({ kind: 'carried-out', exitCode: signals.terminated ? exitCodes.terminated : exitCodeForEnding(outcome.ending) })
  } finally {
    signals.close()
    await awake?.release()
    await leases.releaseAll()
    await journal.value.close()
    await view.close()
  }
}

/** Not the run's own: whatever carries that is ended when a check ends. */
const awakeMarker = (run: string): string => `${run}-awake`

function keepAwakeFor(project: Project, run: string, view: View): KeptAwake {
  const { env, platform } = project.surroundings
  const notice = (text: string): void => view.progressed({ type: 'noticed', text })
  return keepAwake({ platform, env, cwd: project.root, marker: awakeMarker(run), notice })
}

/** The names of those who pay, where they are others than before. */
async function recordAccounts(journal: RunJournal, { accounts }: Pool): Promise<void> {
  const names = accounts.map((account) => account.name)
  if (names.join() !== journal.state.accounts.join()) await journal.record({ type: 'accounts-chosen', accounts: names })
}

/** The first Ctrl-C lets running sessions finish, the second one ends them; SIGTERM ends them at once. Either way all is saved. */
function stopOnSignals(halt: Halt, view: View): { readonly terminated: boolean; close(): void } {
  const reason = { ending: 'interrupted', failure: { reason: 'interrupted' } } as const
  const soft = 'Stopping: nothing new starts, running sessions finish. Ctrl-C again ends them now; orch resume goes on later.'
  let terminated = false
  const close = listenForSignals({
    interrupted(times) {
      if (times > 1) halt.requestNow(reason)
      else view.progressed({ type: 'noticed', text: soft })
      halt.request(reason)
    },
    terminated() {
      terminated = true
      halt.requestNow(reason)
    },
  })
  return {
    get terminated() {
      return terminated
    },
    close,
  }
}

/** What an orch that was killed left running is found by its marker and ended before anything new starts. */
async function endSurvivors(run: string, journal: RunJournal): Promise<Fact | null> {
  const sessions = journal.isNew ? [] : Object.values(journal.state.work).flatMap((w) => (w.open === null ? [] : [w.open.session]))
  const pids = await endMarked([run, awakeMarker(run), ...sessions])
  return pids.length === 0 ? null : { type: 'survivors-ended', pids }
}

function viewFor(project: Project, request: RunRequest): View {
  const { stdout, stderr, env } = project.surroundings
  return chooseView({
    stdout,
    stderr,
    isTTY: stderr.isTTY === true,
    columns: stderr.columns,
    env,
    json: request.json,
    quiet: false,
    now: () => systemClock.now(),
    tasksFile: project.config.tasksFile,
  })
}

function selectionMismatch(state: RunState, asked: Selection): Trouble | null {
  const isAll = asked.stages.length === 0 && asked.milestones.length === 0
  if (isAll || JSON.stringify(asked) === JSON.stringify(state.selection)) return null
  const file = asked.stages.length > 0 ? '--stage' : '--milestone'
  const message = `the run ${state.run} is unfinished and was begun for another choice of milestones`
  return asWrongName(file, message, 'Finish it with orch resume, or begin another one beside it: add --new')
}

function retryProblem(state: RunState, id: string): Trouble | null {
  const retryable = retryableWork(state)
  if (retryable.includes(id)) return null
  const work = state.work[id]
  const problem = (message: string, hint: string) => asWrongName(id, message, hint)
  if (work !== undefined && hasStopped(work))
    return problem(
      `stage ${work.stage} has passed without ${id}`,
      'Another run carries it out: orch run, once this one is finished, or orch run --new',
    )
  const message = work === undefined ? `there is no task ${id} in the run ${state.run}` : `${id} has not failed`
  return problem(
    message,
    retryable.length === 0 ? 'No task of it has failed; go on with orch resume' : `These have: ${retryable.join(', ')}`,
  )
}

const alreadyDone = ({ plan }: Outlook): string =>
  plan.alreadyMerged.length > 0 ? `Nothing to do: ${plan.alreadyMerged.join(', ')} merged already.` : 'Nothing to do.'
