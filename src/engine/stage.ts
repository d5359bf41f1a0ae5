import pMap from 'p-map'
import type { WorkId } from '../core/fact.js'
import { wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { unreachable } from '../core/result.js'
import { stageOf, tasksOf } from '../core/run-state.js'
import { awaitedTasks, cutOffTasks, finishedTasks, nextStageStep, readyTask } from '../core/stage-step.js'
import type { Work } from '../core/work.js'
import { afterAll } from './after-session.js'
import { combineTasks } from './combine.js'
import { diskShortage } from './disk-forecast.js'
import { driveWork } from './drive.js'
import { type Engine, haltFor, record, rulesFor, stateOf } from './engine.js'
import { landStage, tidyStage } from './land.js'

/** Carries a started stage to its end: its tasks in parallel, then their combination, then the person's branch. */
export async function runStage(engine: Engine, stage: number): Promise<void> {
  while (!engine.halt.soft.aborted && stageOf(stateOf(engine), stage).phase === 'running') {
    await takeApprovals(engine, stage)
    const failure = await performStageStep(engine, stage)
    if (failure !== null) await stopStage(engine, stage, failure)
  }
  await reportEdits(engine, stage)
  if (stageOf(stateOf(engine), stage).phase === 'done') await tidyStage(engine, stage)
}

async function performStageStep(engine: Engine, stage: number): Promise<Failure | null> {
  const rules = (work: Work) => rulesFor(engine, work)
  const step = nextStageStep(stateOf(engine), stage, rules)
  switch (step.kind) {
    case 'tasks':
      return runTasks(engine, stage)
    case 'combine':
      return (await afterAll(engine, stage)) ? null : combineTasks(engine, stage, step)
    case 'whole':
      await driveWork(engine, wholeOf(stage))
      return null
    case 'land':
      return landStage(engine, stage)
    case 'hold':
      await record(engine, { type: 'stage-held', stage, failure: step.failure })
      return null
    case 'fail':
      await record(engine, { type: 'stage-failed', stage, failure: step.failure })
      return null
    default:
      return unreachable(step)
  }
}

/** A stage that could not be brought together keeps everything on named branches and waits for a person. */
async function stopStage(engine: Engine, stage: number, failure: Failure): Promise<void> {
  if (!(await haltFor(engine, failure))) await record(engine, { type: 'stage-held', stage, failure })
}

async function runTasks(engine: Engine, stage: number): Promise<Failure | null> {
  const shortage = await diskShortage(engine, stage)
  if (shortage !== null) return shortage
  const source = new ReadyTasks(engine, stage)
  await pMap(source.ids(), (id) => source.carryOut(id), { concurrency: engine.options.concurrency })
  await engine.ahead.settled()
  if (source.bug !== null) throw source.bug.thrown
  return source.failure
}

/** Hands out tasks as they become ready, each to one worker; combines approved ones that others wait for, or all as they finish. */
class ReadyTasks {
  failure: Failure | null = null
  /** The first thing that was thrown; it is told when all siblings have ended. */
  bug: { readonly thrown: unknown } | null = null
  readonly #active = new Set<WorkId>()
  #wake: (() => void) | null = null
  #combining: Promise<void> = Promise.resolve()

  constructor(
    readonly engine: Engine,
    readonly stage: number,
  ) {}

  async *ids(): AsyncGenerator<WorkId> {
    try {
      yield* this.#ready()
    } catch (bug) {
      this.#giveUp(bug)
    }
  }

  async carryOut(id: WorkId): Promise<void> {
    try {
      const { engine, stage } = this
      await driveWork(engine, id)
      const rules = (work: Work) => rulesFor(engine, work)
      if (engine.config.git.mergeOrder === 'finished') await this.#combine(() => finishedTasks(stateOf(engine), stage, rules))
    } catch (bug) {
      this.#giveUp(bug)
    } finally {
      this.#active.delete(id)
      this.#wake?.()
      this.#wake = null
    }
  }

  async *#ready(): AsyncGenerator<WorkId> {
    const { engine, stage } = this
    const rules = (work: Work) => rulesFor(engine, work)
    while (!engine.halt.soft.aborted && this.failure === null) {
      for (const { task, on } of cutOffTasks(stateOf(engine), stage))
        await record(engine, { type: 'task-blocked', task, failure: { reason: 'dependency-failed', on } })
      const id = readyTask(stateOf(engine), stage, rules, this.#active)
      const awaited = awaitedTasks(stateOf(engine), stage)
      if (id !== null) {
        this.#active.add(id)
        yield id
      } else if (awaited.length > 0) {
        await this.#combine(() => awaitedTasks(stateOf(engine), stage))
      } else if (this.#active.size === 0) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** One combination at a time; the next one takes along everything that has finished meanwhile. */
  #combine(tasksNow: () => readonly WorkId[]): Promise<void> {
    const { engine, stage } = this
    const turn = this.#combining.then(async () => {
      const tasks = engine.halt.soft.aborted || this.failure !== null ? [] : tasksNow()
      if (tasks.length > 0) this.failure = await combineTasks(engine, stage, { tasks, last: false })
    })
    this.#combining = turn.catch(() => undefined)
    return turn
  }

  /** Nothing can be saved or trusted any more: the siblings end before this is told. */
  #giveUp(bug: unknown): void {
    this.bug ??= { thrown: bug }
    this.engine.halt.requestNow({ ending: 'surroundings', failure: { reason: 'internal', detail: String(bug) } })
  }
}

/** What a person approved since. */
async function takeApprovals(engine: Engine, stage: number): Promise<void> {
  for (const work of tasksOf(stateOf(engine), stage)) {
    if (work.milestone?.approval !== true || work.approvedByPerson) continue
    const approval = await engine.ports.inbox.approvalOf(work.milestone.id)
    if (approval !== null) await record(engine, { type: 'approval-given', task: work.id, note: approval.note })
  }
}

/** A milestone file that was edited under its running task is reported; the task kept the text that it began with. */
async function reportEdits(engine: Engine, stage: number): Promise<void> {
  const now = await engine.ports.milestones.read()
  if (!now.ok) return
  for (const work of tasksOf(stateOf(engine), stage)) {
    const file = now.value.find((m) => m.id === work.id)
    if (file !== undefined && work.milestone !== null && file.hash !== work.milestone.hash)
      await record(engine, { type: 'milestone-edited', task: work.id, file: file.file })
  }
}
