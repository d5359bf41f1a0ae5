import { StoreError } from '../../../src/adapters/store/store-error.js'
import { type RecordedFact, wholeOf } from '../../../src/core/fact.js'
import { planRun } from '../../../src/core/plan.js'
import { hasBudgetAgain } from '../../../src/core/policy/budget.js'
import { retryableWork } from '../../../src/core/retryable.js'
import { type RunState, workOf } from '../../../src/core/run-state.js'
import { takeOrder } from '../../../src/engine/cut-off.js'
import { type Engine, stateOf } from '../../../src/engine/engine.js'
import { Halt } from '../../../src/engine/halt.js'
import type { Journal } from '../../../src/engine/ports/journal.js'
import { carryOutRun } from '../../../src/engine/run.js'
import { Dice } from './dice.js'
import type { LifeOutcome, RunStory } from './evidence.js'
import { Life } from './life.js'
import { livingEngine } from './living-engine.js'
import { livingRepository } from './living-repository.js'
import { MemoryJournal } from './memory-journal.js'
import type { Universe } from './universe.js'

/** What is typed: `orch run`, `orch run --new`, `orch resume`, `orch retry`. */
export type Command = ({ readonly kind: 'run' | 'new' | 'resume' } | { readonly kind: 'retry'; readonly task: string }) & {
  /** `--budget-usd`. */
  readonly budgetUsd?: number
}

/** One process of orch, from what was typed to its end or its death. The same as the commands do, without a disk. */
export class Orch {
  readonly halt = new Halt()
  readonly life: Life
  readonly #dice: Dice

  /** @param doomedAt the point at which it is killed, counted from its start; null: it is not */
  constructor(
    private readonly universe: Universe,
    private readonly number: number,
    doomedAt: number | null,
  ) {
    this.#dice = new Dice(universe.scenario.seed, `life ${number}`)
    const { clock, weather } = universe
    this.life = new Life({ clock, dice: this.#dice.fork('time'), slow: weather.slow, doomedAt })
  }

  async live(command: Command): Promise<LifeOutcome> {
    const { clock, log, evidence, program, sabotage } = this.universe
    log.add(`life ${this.number}: orch ${command.kind}${command.kind === 'retry' ? ` ${command.task}` : ''}`)
    Object.assign(evidence, { commandsRunning: 0, stopAsked: false, surroundingsFailed: false })
    program.life = this.number
    if (sabotage !== 'survivors are left running') program.killAll()
    clock.idle = () => this.life.die({ kind: 'stuck' })
    clock.start()
    const carried = this.#carryOut(command).catch((error: unknown) => told(error))
    const outcome = await Promise.race([carried, this.life.over])
    clock.idle = () => undefined
    log.add(`life ${this.number} ends: ${JSON.stringify(outcome)}`)
    return outcome
  }

  async #carryOut(command: Command): Promise<LifeOutcome> {
    const unfinished = command.kind === 'new' ? null : this.#unfinished()
    if (unfinished !== null) return this.#continue(unfinished, command)
    if (command.kind === 'resume' || command.kind === 'retry') return { kind: 'nothing-to-do' }
    return this.#begin(command)
  }

  /** The last run, when it has not ended well. */
  #unfinished(): RunStory | null {
    const last = this.universe.run
    return last?.live?.ending === 'done' ? null : last
  }

  async #begin(command: Command): Promise<LifeOutcome> {
    const { universe } = this
    const { selection, withoutReview } = universe.scenario
    const repository = livingRepository(universe, this.life, this.#dice.fork('plan'), () => null)
    const tip = await repository.branchTip('main')
    if (!tip.ok) return { kind: 'store-failed', failure: tip.error }
    const history = await repository.mergedMilestones(tip.value)
    if (!history.ok) return { kind: 'store-failed', failure: history.error }
    const merged = new Set(universe.sabotage === 'merges are not found again' ? [] : history.value.keys())
    const plan = planRun(universe.milestones, selection, merged, () => ({ line: 1, column: 1 }))
    if (!plan.ok) return { kind: 'usage', detail: JSON.stringify(plan.error) }
    if (plan.value.stages.length === 0) return { kind: 'nothing-to-do' }
    const story: RunStory = { id: `r${universe.evidence.runs.length + 1}`, facts: [], live: null }
    universe.evidence.runs.push(story)
    const { stages } = plan.value
    const begun = {
      type: 'run-started',
      baseBranch: 'main',
      baseCommit: tip.value,
      stages,
      selection,
      withoutReview,
      rehearsal: false,
    } as const
    return this.#work(story, async (journal) => {
      await journal.record(begun)
      await setBudget(journal, command)
    })
  }

  #continue(story: RunStory, command: Command): Promise<LifeOutcome> {
    const isWanted = (task: string): boolean => (command.kind === 'retry' ? task === command.task : command.kind === 'run')
    const begin = async (journal: Journal): Promise<void> => {
      await journal.record({ type: 'run-resumed' })
      await setBudget(journal, command)
    }
    const takeUp = async (engine: Engine): Promise<void> => {
      const { budget } = this.universe.settings.config
      for (const task of retryableWork(stateOf(engine))) {
        const milestone = this.universe.milestones.find((m) => m.id === task) ?? null
        if (!isWanted(task) && !hasBudgetAgain(workOf(stateOf(engine), task), budget, milestone)) continue
        await takeOrder(engine, { type: 'task-retried', task, milestone })
      }
    }
    return this.#work(story, begin, takeUp)
  }

  async #work(
    story: RunStory,
    begin: (journal: Journal) => Promise<unknown>,
    takeUp: (engine: Engine) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<LifeOutcome> {
    const { universe, life, halt } = this
    const journal = this.#openJournal(story)
    await begin(journal)
    const names = universe.scenario.accounts.map((account) => account.name)
    if (names.join() !== journal.state.accounts.join()) await journal.record({ type: 'accounts-chosen', accounts: names })
    const engine = livingEngine({ universe, life, halt, journal, run: story.id, dice: this.#dice.fork('engine') })
    await takeUp(engine)
    const { ending, failure } = await carryOutRun(engine)
    return { kind: 'ended', ending, failure }
  }

  #openJournal(story: RunStory): Journal {
    const { universe, life } = this
    const disk = this.#dice.fork('disk')
    const diskIsFull = (): boolean => {
      const isFull = universe.isDiskFull || disk.chance(universe.weather.diskFull)
      if (isFull) universe.evidence.surroundingsFailed = true
      return isFull
    }
    const saved = (fact: RecordedFact, state: RunState): void => this.#noteSave(story, fact, state)
    return new MemoryJournal({ run: story.id, facts: story.facts, life, clock: universe.clock, diskIsFull, saved })
  }

  #noteSave(story: RunStory, fact: RecordedFact, state: RunState): void {
    const { log, program, sabotage } = this.universe
    const before = story.live
    story.live = state
    log.add(`${story.id} ${wordsOf(fact)}`)
    if (sabotage === 'what was saved is forgotten' && fact.type === 'checks-finished') story.facts.pop()
    if ('task' in fact && /^(attempt|review)-(finished|failed|interrupted|given)$/.test(fact.type))
      program.tell(story.id, fact.task, fact.type)
    if (fact.type === 'tasks-combined') program.supersede(story.id, wholeOf(fact.stage), fact.type)
    if (fact.type === 'task-retried' && before !== null && textOf(before, fact.task) !== textOf(state, fact.task))
      program.supersede(story.id, fact.task, fact.type)
  }
}

const textOf = (state: RunState, task: string): string | null => workOf(state, task).milestone?.hash ?? null

async function setBudget(journal: Journal, { budgetUsd }: Command): Promise<void> {
  if (budgetUsd !== undefined) await journal.record({ type: 'budget-set', maxUsd: budgetUsd, maxDurationMs: null })
}

/** What the commands make of an error: a failed save is told as one, anything else is a bug. */
function told(error: unknown): LifeOutcome {
  if (error instanceof StoreError) return { kind: 'store-failed', failure: error.failure }
  const causes = error instanceof AggregateError ? error.errors.map(String).join('; ') : ''
  return { kind: 'bug', detail: `${error instanceof Error ? (error.stack ?? error.message) : String(error)} ${causes}` }
}

function wordsOf(fact: RecordedFact): string {
  const about = 'task' in fact ? ` ${fact.task}` : 'stage' in fact ? ` stage ${fact.stage}` : ''
  const more = 'failure' in fact && fact.failure !== null ? `: ${fact.failure.reason}` : 'ending' in fact ? `: ${fact.ending}` : ''
  return `fact ${fact.seq} ${fact.type}${about}${more}`
}
