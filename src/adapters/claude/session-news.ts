import type { SessionLog } from './session-log.js'
import type { StreamEvent } from './stream-event.js'
import type { Tally } from './tally.js'
import { doingNow } from './tool-words.js'

/** What is told of a session beside what it has used. */
export interface News {
  /** Null: as before. */
  readonly doing: string | null
  readonly answered: boolean
}

/** What was told last. */
interface Told {
  readonly doing: string | null
  readonly answered: boolean
  readonly tally: Tally
  readonly toolUses: number
  readonly turns: number
  readonly at: number
}

/** The same is told again after this, since its time goes on. Milliseconds. */
const againAfterMs = 5000

/** Knows what of a session is worth telling: the last thing that it does of all that came together, and only when that or its use is another. */
export class SessionNews {
  #told: Told | null = null

  /** @param cwd is left out of paths */
  constructor(private readonly cwd: string) {}

  /** @param log with these events @param now epoch milliseconds @returns null: nothing to tell */
  of(events: readonly StreamEvent[], log: SessionLog, now: number): News | null {
    const doing = this.#doing(events)
    if (doing === null && !events.some((e) => e.kind === 'used' || e.kind === 'result')) return null
    const answered = events.some((e) => e.kind === 'assistant' && e.error === null)
    const told: Told = { doing: doing ?? this.#told?.doing ?? null, answered, ...figures(log), at: now }
    if (this.#told !== null && isSame(this.#told, told)) return null
    this.#told = told
    return { doing, answered }
  }

  #doing(events: readonly StreamEvent[]): string | null {
    for (let at = events.length - 1; at >= 0; at--) {
      const event = events[at]
      const doing = event === undefined ? null : doingNow(event, this.cwd)
      if (doing !== null) return doing
    }
    return null
  }
}

const figures = ({ tally, toolUses, turns }: SessionLog): Pick<Told, 'tally' | 'toolUses' | 'turns'> => ({ tally, toolUses, turns })

const isSame = (before: Told, now: Told): boolean =>
  before.doing === now.doing &&
  (before.answered || !now.answered) &&
  before.tally === now.tally &&
  before.toolUses === now.toolUses &&
  before.turns === now.turns &&
  now.at - before.at < againAfterMs
