/** Chance out of a seed: the same seed and label always throw the same numbers (mulberry32). */
export class Dice {
  #state: number

  constructor(
    private readonly seed: number,
    private readonly label = '',
  ) {
    this.#state = mixed(seed, label)
  }

  /** Dice of their own for one purpose, so that more throws for one thing do not change those for another. */
  fork(label: string): Dice {
    return new Dice(this.seed, `${this.label}/${label}`)
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** Both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1))
  }

  /** Small numbers far more often than great ones: as many below 10 as between 10 and 100. Both ends included. */
  steep(from: number, to: number): number {
    return Math.min(to, from + Math.floor((to - from + 1) ** this.fraction()) - 1)
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from')
    return list[Math.floor(this.fraction() * list.length)] as T
  }

  /** One of the keys, as often as its weight says. */
  weighed<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][]
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      left -= weight
      if (left < 0) return key
    }
    return entries[0]?.[0] as K
  }

  some<T>(list: readonly T[], probability: number): T[] {
    return list.filter(() => this.chance(probability))
  }
}

/** FNV-1a over the label, stirred with the seed. */
function mixed(seed: number, label: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
