import { existsSync } from 'node:fs'
import path from 'node:path'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import { releasePrecious } from '../adapters/git/precious.js'
import type { RunJournal } from '../adapters/store/journal.js'
import { findUnfinishedRun, newRunId } from '../adapters/store/run-folders.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import { removeTemporaries } from '../adapters/store/temporaries.js'
import type { OrderFact } from '../core/by-hand.js'
import type { Failure } from '../core/failure.js'
import type { Milestone } from '../core/milestone.js'
import type { Order } from '../core/order.js'
import type { Selection } from '../core/plan.js'
import { hasBudgetAgain } from '../core/policy/budget.js'
import { err, ok, type Result } from '../core/result.js'
import { retryableWork } from '../core/retryable.js'
import { allWork, type RunState } from '../core/run-state.js'
import { carryOutOrder } from '../engine/by-hand.js'
import { takeOrder } from '../engine/cut-off.js'
import { stateOf } from '../engine/engine.js'
import { retryTask } from '../engine/retry.js'
import { type Outlook, type Project, planProject, preciousOf } from './project.js'
import { noRunFor, orderProblem, selectionMismatch } from './request-problem.js'
import { checkAgent, withUnderstudy } from './run-engine.js'
import { asFailure, asProblems, type Trouble } from './trouble.js'
import { carryOut } from './under-lock.js'
import { settleUndo } from './undo.js'

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
  const settled = await settleUndo(project)
  if (!settled.ok) return settled
  const unfinished = request.fresh ? ok(null) : await findUnfinishedRun(project.runsFolder, (state) => state.rehearsal === request.rehearse)
  if (!unfinished.ok) return err(asFailure(unfinished.error))
  if (unfinished.value !== null) {
    const { folder, state } = unfinished.value
    const mismatch = selectionMismatch(state, request.selection)
    if (mismatch !== null) return err(mismatch)
    return continueRun(project, request, { folder, retry: (id) => retryableWork(state).includes(id), order: null })
  }
  const outlook = await planProject(project, request.selection)
  if (!outlook.ok) return outlook
  if (outlook.value.plan.stages.length === 0) return nothingToDo(project, alreadyDone(outlook.value))
  return beginRun(project, request, outlook.value)
}

/** `orch resume`, `orch retry`, `orch review`, `orch merge`: goes on with the unfinished run. */
export async function continueUnfinished(project: Project, request: RunRequest, order: Order | null): Promise<Result<Carried, Trouble>> {
  const settled = await settleUndo(project)
  if (!settled.ok) return settled
  const unfinished = await findUnfinishedRun(project.runsFolder, () => true)
  if (!unfinished.ok) return err(asFailure(unfinished.error))
  if (unfinished.value === null) {
    const nothing = await nothingToDo(project, 'There is no unfinished run.\nnext: orch run')
    return order === null ? nothing : err(noRunFor(order))
  }
  const { folder, state } = unfinished.value
  const problem = order === null ? null : orderProblem(state, order)
  if (problem !== null) return err(problem)
  return continueRun(project, { ...request, rehearse: state.rehearsal }, { folder, retry: () => false, order })
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
      return null
    },
    takeUp: () => Promise.resolve(),
  })
}

async function continueRun(
  project: Project,
  request: RunRequest,
  which: { folder: string; retry: (id: string) => boolean; order: Order | null },
): Promise<Result<Carried, Trouble>> {
  const milestones = await project.milestones.read()
  if (!milestones.ok) return err(asProblems(milestones.error))
  const said = (task: string): Milestone | null => milestones.value.find((m) => m.id === task) ?? null
  let ordered: OrderFact | null = null
  return carryOut(project, request, {
    run: path.basename(which.folder),
    folder: which.folder,
    begin: async (journal) => {
      const { order } = which
      // Before the run is said to go on: what git refuses leaves it as it was.
      const done = order === null ? null : await carryOutOrder(handsFor(project, journal.state, said(order.task)), order)
      if (done?.ok === false) return done.error
      ordered = done?.value ?? null
      await journal.record({ type: 'run-resumed' })
      await setBudget(journal, request)
      return null
    },
    takeUp: async (engine) => {
      if (ordered !== null) await takeOrder(engine, ordered)
      for (const work of allWork(stateOf(engine))) {
        const milestone = said(work.id)
        if (which.retry(work.id) || hasBudgetAgain(work, project.config.budget, milestone)) await retryTask(engine, work.id, milestone)
      }
    },
  })
}

const handsFor = (project: Project, state: RunState, milestone: Milestone | null) => ({
  ...{ state, milestone },
  repository: project.repository,
  never: project.config.git.envFiles,
})

async function setBudget(journal: RunJournal, { budget }: RunRequest): Promise<void> {
  if (budget.maxUsd !== null || budget.maxDurationMs !== null) await journal.record({ type: 'budget-set', ...budget })
}

const alreadyDone = ({ plan }: Outlook): string =>
  plan.alreadyMerged.length > 0 ? `Nothing to do: ${plan.alreadyMerged.join(', ')} merged already.` : 'Nothing to do.'
