import type { Reach } from '../../../src/core/leak.js'
import { isSettled } from '../../../src/core/work.js'
import type { Invocation } from './agent-program.js'
import type { Dice } from './dice.js'
import { leakFile } from './ground-rules.js'
import { checkoutPath } from './memory-sentinel.js'
import type { Universe } from './universe.js'

/** A file that a session wrote where it has no business. */
export interface Leak {
  readonly by: Invocation
  readonly file: string
  /** The session's transcript tells of it. */
  readonly isShown: boolean
  /** It lies where nobody worked at that time: in the person's checkout, or in the worktree of a task that had been approved. */
  readonly isInQuietPlace: boolean
}

/** Sessions that write outside of their worktrees. */
export class Leaks {
  readonly all: Leak[] = []

  constructor(
    private readonly universe: Pick<Universe, 'worktrees' | 'checkout' | 'state' | 'log'>,
    private readonly dice: Dice,
  ) {}

  /** @returns what the transcript tells of it */
  happen(by: Invocation, cwd: string): Reach | undefined {
    const { worktrees, checkout, log } = this.universe
    const others = [...worktrees].filter(([path, place]) => path !== cwd && place.branch !== null).map(([path]) => path)
    const place = this.dice.pick([checkoutPath, ...others])
    const file = leakFile(this.all.length + 1)
    const files = worktrees.get(place)?.files ?? checkout
    files[file] = `leaked by ${by.task}\n`
    const isShown = this.dice.chance(0.5)
    this.all.push({ by, file, isShown, isInQuietPlace: place === checkoutPath || this.#isQuiet(place) })
    log.add(`${by.task} leaks ${file} into ${place}${isShown ? '' : ', unseen'}`)
    return isShown ? { writes: [`${place}/${file}`], commands: [] } : undefined
  }

  #isQuiet(path: string): boolean {
    const owner = Object.values(this.universe.state?.work ?? {}).find((work) => work.workspace?.path === path)
    return owner !== undefined && isSettled(owner) && (owner.phase === 'approved' || owner.phase === 'combined')
  }
}
