import type { Change, Reach } from '../core/leak.js'
import type { QuietPlace } from './ports/sentinel.js'

/** So many waiting worktrees are compared when a session ends. With all of them each time, a stage would cost the square of its tasks. */
export const mostAtALook = 6

/** When a change was made, as far as looks can tell. */
export interface Timing<Session> {
  /** Sessions that may have made it, and ended before it was found. */
  readonly gone: readonly Session[]
  /** Since the last look but one: the same sessions ran all the time. */
  readonly isSharp: boolean
}

/**
 * Whose turn it is to be looked at, among the worktrees that wait. All of them while they are few; of many those not seen for longest, and each that was never seen
 * or that a session names. Who ran since a place was last seen may have changed it, also when they are gone.
 */
export class Rota<Session> {
  #look = 0
  /** By path: the number of the last look at it. */
  #seen = new Map<string, number>()
  #ended: readonly { readonly session: Session; readonly look: number }[] = []

  /** @param most as many of those that were seen before @param reach of sessions that end now */
  choose(quiet: readonly Omit<QuietPlace, 'isDue'>[], most: number, reach: readonly Reach[]): readonly QuietPlace[] {
    const named = reach.flatMap(({ writes, commands }) => [...writes, ...commands.flatMap((command) => command.paths)])
    const isAsked = (path: string): boolean => !this.#seen.has(path) || named.some((name) => name === path || name.startsWith(`${path}/`))
    const longest = quiet.toSorted((a, b) => this.#lastLook(a.path) - this.#lastLook(b.path)).slice(0, most)
    const due = new Set(longest.map(({ path }) => path))
    return quiet.map((place) => ({ ...place, isDue: due.has(place.path) || isAsked(place.path) }))
  }

  /**
   * After a look that went well.
   * @param goesOn nothing was at work since the look before: what that saw counts as seen now
   * @returns what is known of a change that it found
   */
  looked(places: readonly QuietPlace[], goesOn = false): (change: Change) => Timing<Session> {
    const before = this.#seen
    const previous = this.#look
    const isSeen = ({ path, isDue }: QuietPlace): boolean => isDue || (goesOn && this.#lastLook(path) === previous)
    this.#look += 1
    this.#seen = new Map(places.map((place) => [place.path, isSeen(place) ? this.#look : this.#lastLook(place.path)]))
    const ended = this.#ended
    const longest = Math.min(this.#look, ...this.#seen.values())
    this.#ended = ended.filter(({ look }) => look > longest)
    return ({ kind, place }) => {
      const last = kind === 'ref' ? previous : (before.get(place ?? '') ?? previous)
      return { gone: ended.filter(({ look }) => look > last).map(({ session }) => session), isSharp: last === previous }
    }
  }

  /** It was looked for what the session did, as far as it was their turn. */
  ended(session: Session): void {
    this.#ended = [...this.#ended, { session, look: this.#look }]
  }

  /** Some place was not seen since a session ended. */
  get isBehind(): boolean {
    return this.#ended.some(({ look }) => [...this.#seen.values()].some((seen) => seen < look))
  }

  #lastLook(path: string): number {
    return this.#seen.get(path) ?? 0
  }
}
