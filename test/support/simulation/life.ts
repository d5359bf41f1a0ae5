import type { Dice } from './dice.js'
import type { VirtualClock } from './virtual-clock.js'

/** What never comes: whoever waits for it was killed. */
export const never = new Promise<never>(() => undefined)

const death = new Error('orch is killed here')

export type LifeEnd =
  | { readonly kind: 'killed'; readonly point: string }
  /** Everybody waits and nobody can act. */
  | { readonly kind: 'stuck' }
  /** So much was done in one life that it goes round in circles. */
  | { readonly kind: 'endless' }

interface LifeNeeds {
  readonly clock: VirtualClock
  readonly dice: Dice
  /** How often a call takes time. */
  readonly slow: number
  /** The point at which orch is killed, counted from its start; null: it is not. */
  readonly doomedAt: number | null
}

const mostDeeds = 40_000

/**
 * One process of orch. Everything that it does to the world goes through `deed`; once dead, it does nothing any more and hears nothing:
 * what still runs of it waits for ever, as a killed process would.
 */
export class Life {
  readonly over: Promise<LifeEnd>
  #dead = false
  #deeds = 0
  #points = 0
  #end: (how: LifeEnd) => void = () => undefined

  constructor(private readonly needs: LifeNeeds) {
    this.over = new Promise((resolve) => (this.#end = resolve))
  }

  get isOver(): boolean {
    return this.#dead
  }

  die(how: LifeEnd): void {
    if (this.#dead) return
    this.#dead = true
    this.needs.clock.forget(this)
    this.#end(how)
  }

  /** @param perform at one instant; `between` marks where it may be cut in two */
  async deed<T>(name: string, perform: (between: (point: string) => void) => T | Promise<T>): Promise<T> {
    if (this.#dead) return never
    if (++this.#deeds > mostDeeds) this.die({ kind: 'endless' })
    if (this.#strikes(`before ${name}`)) return never
    await this.#takeTime()
    const done = await this.#perform(name, perform)
    if (this.#strikes(`after ${name}`)) return never
    await this.#takeTime()
    return done
  }

  /** For what takes long: nothing comes of it when orch dies meanwhile. */
  async awaited<T>(waiting: Promise<T>): Promise<T> {
    const value = await waiting
    return this.#dead ? never : value
  }

  async #perform<T>(name: string, perform: (between: (point: string) => void) => T | Promise<T>): Promise<T> {
    const between = (point: string): void => {
      if (this.#strikes(`in ${name}: ${point}`)) throw death
    }
    try {
      return await this.awaited(Promise.resolve(perform(between)))
    } catch (error) {
      if (error === death || this.#dead) return never
      throw error
    }
  }

  async #takeTime(): Promise<void> {
    const { clock, dice, slow } = this.needs
    if (dice.chance(slow)) await clock.pass(dice.whole(1, 3000), this)
  }

  #strikes(point: string): boolean {
    if (!this.#dead && this.#points++ === this.needs.doomedAt) this.die({ kind: 'killed', point })
    return this.#dead
  }
}
