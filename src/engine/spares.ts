import type { WorkId } from '../core/fact.js'
import { describeFailure } from '../core/failure-words.js'
import { stageOf, tasksOf } from '../core/run-state.js'
import { sparesWanted } from '../core/spare-worktrees.js'
import { isSettled } from '../core/work.js'
import { type Engine, stateOf } from './engine.js'

/** From now on as many closed worktrees are kept as stages from this one on can use. @returns how many spares there are */
export const keepSparesFor = (engine: Engine, stage: number): Promise<number> => keepSpares(engine, sparesWanted(stateOf(engine), stage))

/** Nothing is kept for nobody. */
export const removeSpares = (engine: Engine): Promise<number> => keepSpares(engine, 0)

/** One that cannot be removed now is found again by the next start: nothing depends on it. */
async function keepSpares({ ports }: Engine, most: number): Promise<number> {
  const kept = await ports.repository.keepSpares(most)
  if (kept.ok) return kept.value
  ports.listener.progressed({ type: 'noticed', text: `Spare worktrees: ${describeFailure(kept.error).message}` })
  return 0
}

/** Makes a worktree for a task that waits for a slot, while others work: it finds all files there when its turn comes. */
export class Ahead {
  #making: Promise<unknown> = Promise.resolve()
  #bug: { readonly thrown: unknown } | null = null

  /** To be called when a task has its worktree. Where nobody waits, or some slot is free, nothing happens. */
  begin(engine: Engine, stage: number): void {
    const task = waitingTask(engine, stage)
    const { integration } = stageOf(stateOf(engine), stage)
    if (task === null || integration === null || engine.halt.soft.aborted) return
    const { repository, worktreePath } = engine.ports
    // What goes wrong costs the time that it was to save, and is told where that task makes its own.
    this.#making = this.#making
      .then(() => repository.prepareSpare(worktreePath(task), integration))
      .catch((bug: unknown) => (this.#bug ??= { thrown: bug }))
  }

  /** When it is at rest. */
  async settled(): Promise<void> {
    await this.#making
    if (this.#bug !== null) throw this.#bug.thrown
  }
}

/** The first task that has no worktree while every slot has one. */
function waitingTask(engine: Engine, stage: number): WorkId | null {
  const open = tasksOf(stateOf(engine), stage).filter((work) => !isSettled(work))
  const waiting = open.filter((work) => work.workspace === null)
  return open.length - waiting.length < engine.options.concurrency ? null : (waiting[0]?.id ?? null)
}
