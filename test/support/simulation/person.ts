import { planRun } from '../../../src/core/plan.js'
import { retryableWork } from '../../../src/core/retryable.js'
import type { RunState } from '../../../src/core/run-state.js'
import { Dice } from './dice.js'
import type { LifeOutcome } from './evidence.js'
import type { Command } from './orch.js'
import { PersonsHands } from './persons-hands.js'
import type { Universe } from './universe.js'

const minute = 60_000
const longestWindow = 9 * 24 * 60 * minute

/** A command, and how long the person waits before they type it. */
export interface Typed {
  readonly command: Command
  readonly waitMs: number
}

/** Somebody who comes back after each life of orch, reads what it says, does something about it or not, and types the next command. */
export class Person {
  readonly #dice: Dice
  readonly #hands: PersonsHands

  constructor(private readonly universe: Universe) {
    this.#dice = new Dice(universe.scenario.seed, 'person')
    this.#hands = new PersonsHands(universe, this.#dice.fork('hands'))
  }

  get hands(): PersonsHands {
    return this.#hands
  }

  next(outcome: LifeOutcome): Typed {
    const { state, calm } = this.universe
    if (calm) return this.#doTheirBest(outcome, state)
    if (state !== null && this.#dice.chance(0.6)) this.#seeToSomething(outcome, state)
    const waitMs = this.#dice.pick([0, minute, 20 * minute, 600 * minute, this.#patience(state)])
    return { command: state === null ? { kind: 'run' } : this.#chooseCommand(state), waitMs }
  }

  #chooseCommand(state: RunState): Command {
    const kind = this.#dice.weighed({ run: 3, resume: 5, retry: 1, new: 0.1 })
    if (kind !== 'retry') return { kind, ...this.#raise(state) }
    const stopped = retryableWork(state)
    return stopped.length === 0 ? { kind: 'resume' } : { kind, task: this.#dice.pick(stopped) }
  }

  /** As the hint of a run says whose budget is used up. */
  #raise(state: RunState): { budgetUsd?: number } {
    const isWanted = state.failure?.reason === 'budget-reached' && state.failure.measure === 'usd'
    if (!this.#dice.chance(isWanted ? 0.6 : 0.02)) return {}
    const used = Object.values(state.work).reduce((sum, work) => sum + work.usage.costUsd, 0)
    return { budgetUsd: Math.round((used + this.#dice.pick([0.05, 0.2])) * 100) / 100 }
  }

  #doTheirBest(outcome: LifeOutcome, state: RunState | null): Typed {
    this.#mendDependencies()
    for (const work of Object.values(state?.work ?? {})) if (work.milestone?.approval === true) this.#hands.approve(work.id)
    if (state !== null) this.#hands.mergeByHand(outcome, state)
    // What was given by hand goes before the config.
    const raised = state?.budget.maxUsd == null ? {} : { budgetUsd: 1000 }
    return { command: { kind: needsAnotherRun(state) ? 'new' : 'run', ...raised }, waitMs: this.#patience(state) }
  }

  #mendDependencies(): void {
    const { milestones, scenario } = this.universe
    const ids = new Set<string>(milestones.map((m) => m.id))
    const known = milestones.map((m) => ({ ...m, depends: m.depends.filter((d) => ids.has(d)) }))
    const isSound = (selection: typeof scenario.selection) => planRun(known, selection, new Set(), () => ({ line: 1, column: 1 })).ok
    this.#hands.write(isSound(scenario.selection) ? known : known.map((m) => ({ ...m, depends: [] })))
  }

  #seeToSomething(outcome: LifeOutcome, state: RunState): void {
    for (const work of Object.values(state.work)) {
      if (work.milestone?.approval === true && this.#dice.chance(0.5)) this.#hands.approve(work.id)
      if (work.failure?.reason === 'conflict-unresolved' && this.#dice.chance(0.5)) this.#hands.commitOnTask(work.id)
    }
    if (this.#dice.chance(0.5)) this.#hands.mergeByHand(outcome, state)
  }

  /** Until the limit is over, as the last line of a paused run says; but no longer than any window is. */
  #patience(state: RunState | null): number {
    const until = state?.ending === 'paused' ? Object.values(state.limits).map((limit) => limit.until) : []
    const left = until.length === 0 ? 0 : Math.min(...until) - this.universe.clock.now()
    return Math.min(longestWindow, Math.max(minute, left))
  }
}

/**
 * What is blocked, or was added, needs a task that this run has no place for any more, as its stage has passed: only another run
 * takes that up.
 */
function needsAnotherRun(state: RunState | null): boolean {
  if (state?.failure?.reason === 'milestones-invalid') return true
  return Object.values(state?.work ?? {}).some((w) => {
    const needed = w.failure?.reason === 'dependency-failed' ? state?.work[w.failure.on] : undefined
    return needed !== undefined && state?.stages.some((s) => s.stage === needed.stage && s.phase === 'done') === true
  })
}
