import { existsSync } from 'node:fs'
import path from 'node:path'
import { systemChance } from '../adapters/clock/chance.js'
import { systemClock } from '../adapters/clock/clock.js'
import { releasePrecious } from '../adapters/git/precious.js'
import type { RunJournal } from '../adapters/store/journal.js'
import { findUnfinishedRun, newRunId } from '../adapters/store/run-folders.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import { removeTemporaries } from '../adapters/store/temporaries.js'
import type { Failure } from '../core/failure.js'
import type { Order } from '../core/order.js'
import type { Selection } from '../core/plan.js'
import { hasBudgetAgain } from '../core/policy/budget.js'
import { err, ok, type Result } from '../core/result.js'
import { retryableWork } from '../core/retryable.js'
import { workOf } from '../core/run-state.js'
import { carryOutOrder } from '../engine/by-hand.js'
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
  })
}

async function continueRun(
  project: Project,
  request: RunRequest,
  which: { folder: string; retry: (id: string) => boolean; order: Order | null },
): Promise<Result<Carried, Trouble>> {
  const milestones = await project.milestones.read()
  if (!milestones.ok) return err(asProblems(milestones.error))
  return carryOut(project, request, {
    run: path.basename(which.folder),
    folder: which.folder,
    begin: async (journal) => {
      const { budget, git } = project.config
      const said = (task: string) => milestones.value.find((m) => m.id === task) ?? null
      const hands = { repository: project.repository, never: git.envFiles }
      const { order } = which
      // Before the run is said to go on: what git refuses leaves it as it was.
      const ordered = order === null ? null : await carryOutOrder({ ...hands, state: journal.state, milestone: said(order.task) }, order)
      if (ordered?.ok === false) return ordered.error
      await journal.record({ type: 'run-resumed' })
      await setBudget(journal, request)
      if (ordered !== null) await journal.record(ordered.value)
      const needs = { journal, ...hands }
      for (const task of Object.keys(journal.state.work)) {
        const milestone = said(task)
        if (which.retry(task) || hasBudgetAgain(workOf(journal.state, task), budget, milestone)) await retryTask(needs, task, milestone)
      }
      return null
    },
  })
}

async function setBudget(journal: RunJournal, { budget }: RunRequest): Promise<void> {
  if (budget.maxUsd !== null || budget.maxDurationMs !== null) await journal.record({ type: 'budget-set', ...budget })
}

const alreadyDone = ({ plan }: Outlook): string =>
  plan.alreadyMerged.length > 0 ? `Nothing to do: ${plan.alreadyMerged.join(', ')} merged already.` : 'Nothing to do.'
