import type { WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { nextStep, type Step } from '../core/next-step.js'
import { unreachable } from '../core/result.js'
import type { Work } from '../core/work.js'
import { carryOutAttempt } from './attempt.js'
import { checkWork } from './check.js'
import { currentWork, type Engine, failWork, haltFor, record, rulesFor } from './engine.js'
import { checkEntry, joinBase, prepare, reopenWorkspace } from './prepare.js'
import { reviewWork } from './review.js'
import { isWhole } from './workspace.js'
import { writeDeferred } from './write-deferred.js'

/** Carries a piece of work as far as it goes: ask what is next, do it, record what happened, ask again. Never rejects for a Failure. */
export async function driveWork(engine: Engine, id: WorkId): Promise<void> {
  if (!(await reopenWorkspace(engine, currentWork(engine, id)))) return
  while (!engine.halt.soft.aborted) {
    const work = currentWork(engine, id)
    const step = nextStep(work, rulesFor(engine, work))
    if (step === undefined) return
    await perform(engine, work, step)
  }
}

function perform(engine: Engine, work: Work, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'prepare':
      return prepare(engine, work)
    case 'enter':
      return checkEntry(engine, work)
    case 'implement':
    case 'remediate':
    case 'resolve':
      return carryOutAttempt(engine, work, step.kind)
    case 'check':
      return checkWork(engine, work)
    case 'review':
      return reviewWork(engine, work)
    case 'join':
      return joinBase(engine, work)
    case 'approve':
      return approve(engine, work)
    case 'fail':
      return failWork(engine, work.id, step.failure)
    case 'park':
      return park(engine, work, step.failure)
    default:
      return unreachable(step)
  }
}

/** A conflict is left to a person with a clean worktree, in which their own merge begins; what a session tried there stays reachable. */
async function park(engine: Engine, work: Work, failure: Failure): Promise<void> {
  const { workspace, head } = work
  if ((failure.reason === 'conflict-unresolved' || failure.reason === 'resolution-refused') && workspace !== null && head !== null) {
    const back = await engine.ports.repository.putBack(workspace, { head, tree: head })
    if (!back.ok && (await haltFor(engine, back.error))) return
  }
  await record(engine, { type: 'task-parked', task: work.id, failure })
}

async function approve(engine: Engine, work: Work): Promise<void> {
  await engine.watch.settle(work)
  if (isWhole(work)) {
    const written = await writeDeferred(engine, work)
    if (!written.ok) return failWork(engine, work.id, written.error)
    if (written.value) return
  }
  await record(engine, { type: 'task-approved', task: work.id, commit: headOf(work) })
}

function headOf(work: Work): string {
  if (work.head === null) throw new Error(`Internal error: ${work.id} has no commit to approve`)
  return work.head
}
