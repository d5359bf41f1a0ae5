import { Dice } from './dice.js'
import { drawScenario } from './draw-scenario.js'
import type { LifeOutcome } from './evidence.js'
import { letHappen } from './happenings.js'
import { Oracle, type Violation } from './oracle.js'
import { type Command, Orch } from './orch.js'
import { Person, type Typed } from './person.js'
import type { Sabotage } from './sabotage.js'
import { Universe } from './universe.js'

/** Lives that a calm world must suffice with to get everything done. */
const calmLives = 12

export interface Simulation {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** What happened, in order. */
  readonly log: readonly string[]
  readonly lives: number
  readonly facts: number
  readonly sessions: number
}

/**
 * Carries a whole story out from one seed: the plan, the config, the faults, every life of orch, and what the oracle says of it.
 * @param sabotage a bug that is built in on purpose
 */
export async function simulate(seed: number, sabotage: Sabotage | null = null): Promise<Simulation> {
  const universe = new Universe(drawScenario(seed), sabotage)
  const oracle = new Oracle(universe.evidence)
  const lives = await new Story(universe, oracle).tell()
  return {
    ...{ seed, lives, violations: oracle.violations, log: universe.log.lines },
    facts: universe.evidence.runs.reduce((sum, run) => sum + run.facts.length, 0),
    sessions: universe.program.invocations.length,
  }
}

class Story {
  readonly #dice: Dice
  readonly #person: Person
  #orch: Orch | null = null
  #deaths: number

  constructor(
    private readonly universe: Universe,
    private readonly oracle: Oracle,
  ) {
    this.#dice = new Dice(universe.scenario.seed, 'story')
    this.#person = new Person(universe)
    this.#deaths = universe.scenario.deaths
  }

  /** @returns how many lives of orch it took */
  async tell(): Promise<number> {
    const { universe, oracle } = this
    const { wildLives } = universe.scenario
    void letHappen(universe, this.#person.hands, () => this.#orch)
    let next: Typed = { command: { kind: 'run' }, waitMs: 0 }
    for (let n = 1; n <= wildLives + calmLives; n++) {
      if (n > wildLives && !universe.calm) {
        universe.calmDown()
        next = this.#person.next({ kind: 'nothing-to-do' })
      }
      await universe.clock.pass(next.waitMs)
      const outcome = await this.#live(n, next.command)
      oracle.afterLife(outcome)
      if (oracle.violations.length > 0) return n
      if (universe.calm && outcome.kind === 'nothing-to-do') return this.#end(n)
      next = this.#person.next(outcome)
    }
    return this.#end(wildLives + calmLives)
  }

  #end(lives: number): number {
    this.oracle.atTheEnd(this.universe)
    return lives
  }

  async #live(n: number, command: Command): Promise<LifeOutcome> {
    this.#orch = new Orch(this.universe, n, this.#doom())
    const outcome = await this.#orch.live(command)
    this.#orch = null
    return outcome
  }

  /** At which point orch is killed in its next life. */
  #doom(): number | null {
    if (this.universe.calm || this.#deaths <= 0) return null
    this.#deaths--
    return this.#dice.chance(0.5) ? this.#dice.steep(0, 1000) : this.#dice.whole(0, 800)
  }
}
