import { existsSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '../adapters/clock/clock.js'
import { endMarked } from '../adapters/processes/survivors.js'
import { openJournal } from '../adapters/store/journal.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import { StoreError } from '../adapters/store/store-error.js'
import { type UndoIntent, UndoIntentFile } from '../adapters/store/undo-intent.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import { stageOf } from '../core/run-state.js'
import { checkCommit } from './check-commit.js'
import type { Project } from './project.js'
import { asFailure, asWrongName, type Trouble } from './trouble.js'
import { planUndo, readLanded, type UndoPlan } from './undo-plan.js'

export interface UndoRequest {
  /** This stage and all later ones; null: the one that landed last. */
  readonly stage: number | null
  /** Asked with the plan in hand; no: nothing is done. */
  readonly agree: (plan: UndoPlan) => Promise<boolean>
  readonly stop: AbortSignal
}

/** What was undone; `plan` null: there was nothing to undo. */
export interface Undone {
  readonly plan: UndoPlan | null
  readonly agreed: boolean
}

/** Takes a branch back to the boundary before a stage. All of it happens, or nothing; a kill in between is settled by the next command. */
export function undoStages(project: Project, request: UndoRequest): Promise<Result<Undone, Trouble>> {
  return underOwnLock(project, async (): Promise<Result<Undone, Trouble>> => {
    const settled = await settle(project)
    if (!settled.ok) return err(asFailure(settled.error))
    const landed = await readLanded(project)
    if (!landed.ok) return err(asFailure(landed.error))
    const stages = [...new Set(landed.value.landings.map((landing) => landing.stage))].sort((a, b) => a - b)
    if (request.stage !== null && stages.length > 0 && !stages.some((stage) => stage >= (request.stage ?? 0)))
      return err(asWrongName('--stage', `no stage from ${request.stage} on is merged`, `These are: ${stages.join(', ')}`))
    const plan = await planUndo(project, landed.value, request.stage)
    if (!plan.ok) return err(asFailure(plan.error))
    if (plan.value === null) return ok({ plan: null, agreed: false })
    if (!(await request.agree(plan.value))) return ok({ plan: plan.value, agreed: false })
    const done = await carryOut(project, plan.value, request.stop)
    return done.ok ? ok({ plan: plan.value, agreed: true }) : err(asFailure(done.error))
  })
}

/** Finishes an undo that was killed in the middle, or forgets it where it had moved nothing. Takes the lock only if there is one. */
export async function settleUndo(project: Project): Promise<Result<void, Trouble>> {
  if (!existsSync(new UndoIntentFile(project.orchFolder).path)) return ok(undefined)
  return underOwnLock(project, async () => {
    const settled = await settle(project)
    return settled.ok ? settled : err(asFailure(settled.error))
  })
}

async function underOwnLock<T>(project: Project, act: () => Promise<Result<T, Trouble>>): Promise<Result<T, Trouble>> {
  const at = new Date(systemClock.now()).toISOString()
  const lock = await acquireLock({ path: project.lockFile, run: 'none', command: 'orch undo', at })
  if (!lock.ok) return err(asFailure(lock.error))
  try {
    return await act()
  } catch (error) {
    if (error instanceof StoreError) return err(asFailure(error.failure))
    throw error
  } finally {
    await lock.value.release()
  }
}

async function carryOut(project: Project, plan: UndoPlan, stop: AbortSignal): Promise<Result<void, Failure>> {
  // Gone back to is what was checked before it moved on; what a revert leaves has never been seen by a check.
  const failing = plan.how === 'reverted' ? await checkReverted(project, plan, stop) : ok([])
  if (!failing.ok) return failing
  if (failing.value.length > 0) return err({ reason: 'undo-red', commands: failing.value })
  const { branch, from, to, how, keptAs } = plan
  const stages = plan.landings.map(({ run, stage }) => ({ run, stage }))
  await new UndoIntentFile(project.orchFolder).write({ branch, from, to, how, keptAs, stages })
  const kept = keptAs === null ? ok(undefined) : await project.repository.keepUnder(keptAs, from)
  const moved = kept.ok ? await move(project, plan) : kept
  const settled = await settle(project)
  // A run of which a stage is undone is not gone on with: nobody will want what it kept. Whatever cannot be removed now is found by orch clean.
  await project.repository.keepSpares(0)
  return moved.ok ? settled : moved
}

async function checkReverted(project: Project, { to, landings }: UndoPlan, stop: AbortSignal) {
  const run = landings[0]?.run ?? 'none'
  // What the checks of an undo left behind that was killed.
  await endMarked([run])
  return checkCommit(project, { commit: to, run }, stop)
}

/** The branch first, by compare-and-swap, then the files of the checkouts that have it; an edit of the person's in the way refuses all of it. */
async function move(
  project: Project,
  { branch, from, to, how }: Pick<UndoIntent, 'branch' | 'from' | 'to' | 'how'>,
): Promise<Result<void, Failure>> {
  const why = how === 'reverted' ? 'took a stage back' : 'went back before a stage'
  const moved = await project.repository.goBack({ branch, from, to, why })
  if (moved.ok) return moved
  const { error } = moved
  if (error.reason === 'checkout-in-the-way' || error.reason === 'checkout-busy')
    return err({ reason: 'undo-in-the-way', path: error.path, detail: error.detail })
  if (error.reason === 'branch-moved')
    return err({ reason: 'undo-in-the-way', path: project.root, detail: `${branch} was moved meanwhile` })
  return moved
}

/** Git says whether it happened: then it is recorded, else it is forgotten. */
async function settle(project: Project): Promise<Result<void, Failure>> {
  const file = new UndoIntentFile(project.orchFolder)
  const read = await file.read()
  if (!read.ok || read.value === null) return read.ok ? ok(undefined) : read
  const intent = read.value
  const tip = await project.repository.branchTip(intent.branch)
  if (!tip.ok) return tip
  // Cut off between the branch and the files: those follow now.
  const arrived = tip.value === intent.to ? await move(project, intent) : ok(undefined)
  if (!arrived.ok && arrived.error.reason !== 'undo-in-the-way') return arrived
  const happened = await hasHappened(project, intent)
  if (!happened.ok) return happened
  if (happened.value)
    for (const undone of intent.stages) {
      const recorded = await recordUndone(project, intent, undone)
      if (!recorded.ok) return recorded
    }
  await file.remove()
  return ok(undefined)
}

/** A person may have committed on top since. */
async function hasHappened(project: Project, { branch, from, to, how }: UndoIntent): Promise<Result<boolean, Failure>> {
  const { repository } = project
  const tip = await repository.branchTip(branch)
  if (!tip.ok) return tip
  if (how === 'reverted') return repository.isAncestor(to, tip.value)
  const stillIn = await repository.isAncestor(from, tip.value)
  return stillIn.ok ? ok(!stillIn.value) : stillIn
}

async function recordUndone(
  project: Project,
  intent: UndoIntent,
  { run, stage }: UndoIntent['stages'][number],
): Promise<Result<void, Failure>> {
  const { orchVersion } = project.surroundings
  const journal = await openJournal({ runFolder: path.join(project.runsFolder, run), orchVersion, clock: systemClock, listeners: [] })
  if (!journal.ok) return journal
  const { branch, how, from, to, keptAs } = intent
  try {
    if (stageOf(journal.value.state, stage).landed !== null)
      await journal.value.record({ type: 'stage-undone', stage, branch, how, from, to, keptAs })
    return ok(undefined)
  } finally {
    await journal.value.close()
  }
}
