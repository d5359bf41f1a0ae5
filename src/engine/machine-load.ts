import type { Config } from '../core/config.js'
import type { MachineSample } from '../core/machine.js'
import { type Crossed, crossedBy, nothingCrossed } from '../core/policy/admission.js'
import type { Clock } from './ports/clock.js'
import type { Machine } from './ports/machine.js'

/** One look at the machine. */
export interface Load {
  readonly sample: MachineSample
  /** The thresholds that are crossed, by this look and those before it. */
  readonly crossed: Crossed
  /** When it was looked, epoch milliseconds. */
  readonly at: number
}

interface LoadNeeds {
  readonly machine: Machine
  readonly clock: Clock
  readonly resources: Config['resources']
}

/** How the machine bears what runs on it, as of the newest look. */
export class MachineLoad {
  #newest: Load | null = null
  #unwatch: (() => void) | null = null

  /** @param hear is told of each look, whoever wanted it */
  constructor(
    private readonly needs: LoadNeeds,
    private readonly hear: (load: Load) => void,
  ) {}

  /** Looks again and again, until it is unwatched. */
  watch(): void {
    this.#unwatch ??= this.needs.machine.watch((sample) => void this.#heard(sample))
  }

  unwatch(): void {
    this.#unwatch?.()
    this.#unwatch = null
  }

  /** The newest look; one made now when that is too old. */
  async recent(): Promise<Load> {
    const { clock, resources } = this.needs
    const newest = this.#newest
    return newest !== null && clock.now() - newest.at < resources.sampleMs ? newest : await this.look()
  }

  async look(): Promise<Load> {
    return this.#heard(await this.needs.machine.sample())
  }

  #heard(sample: MachineSample): Load {
    const crossed = crossedBy(sample, this.needs.resources, this.#newest?.crossed ?? nothingCrossed)
    const load = { sample, crossed, at: this.needs.clock.now() }
    this.#newest = load
    this.hear(load)
    return load
  }
}
