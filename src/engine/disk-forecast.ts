import type { Failure } from '../core/failure.js'
import { stageOf, tasksOf } from '../core/run-state.js'
import { isSettled } from '../core/work.js'
import { type Engine, stateOf } from './engine.js'
import { keepSparesFor } from './spares.js'

/**
 * Looks ahead before a stage makes worktrees: each of its tasks that has none yet will take a checkout of the base, and all of them stay
 * until the stage has landed. A spare worktree has its files already. What setup and sessions add is not known beforehand; the gate looks at the disk again at every start.
 * @returns why there is no room; null: there is, or it cannot be told
 */
export async function diskShortage(engine: Engine, stage: number): Promise<Failure | null> {
  const { repository, machine, disk } = engine.ports
  const { integration } = stageOf(stateOf(engine), stage)
  const toCome = tasksOf(stateOf(engine), stage).filter((work) => work.workspace === null && !isSettled(work)).length
  if (integration === null || toCome === 0) return null
  const size = await repository.checkoutSize(integration)
  if (!size.ok) return null
  const { free } = (await machine.sample()).disk
  const toMake = Math.max(0, toCome - (await keepSparesFor(engine, stage)))
  const needs = size.value * toMake
  return needs > free ? { reason: 'disk-short', path: disk.path, tasks: toMake, needs, free } : null
}
