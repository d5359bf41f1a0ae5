import type { PaceConfig } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import { beginPace, type Pace, startsAt, usePace } from '../core/policy/pace.js'
import { noUsage, type Usage } from '../core/session.js'
import type { Halt } from './halt.js'
import type { Clock } from './ports/clock.js'
import type { Listener } from './ports/listener.js'

interface PaceNeeds {
  readonly config: PaceConfig
  readonly clock: Clock
  readonly listener: Listener
  readonly halt: Halt
  /** Tokens used in the 24 hours before, by this project. */
  readonly usedInDay: number
}

/** Lets sessions start only as fast as the service may be asked, over all of them. */
export class Pacer {
  #pace: Pace
  readonly #counted = new Map<WorkId, Usage>()

  constructor(private readonly needs: PaceNeeds) {
    this.#pace = beginPace(needs.config, needs.usedInDay, needs.clock.now())
  }

  /** Waits for its turn. @returns false when the run is stopping */
  async admit(task: WorkId, isCritical: boolean): Promise<boolean> {
    const { config, clock, halt, listener } = this.needs
    while (config.enabled && !halt.soft.aborted) {
      const until = startsAt(this.#pace, config.reserve, isCritical, clock.now())
      if (until <= clock.now()) break
      listener.progressed({ type: 'waiting', task, reason: 'pace', until, detail: 'so as not to ask too fast' })
      await clock.sleepUntil(until, halt.soft)
    }
    return !halt.soft.aborted
  }

  /** What a session that is at work has used so far. */
  used(task: WorkId, usage: Usage): void {
    const before = this.#counted.get(task) ?? noUsage
    this.#counted.set(task, usage)
    const more = { requests: requestsOf(usage) - requestsOf(before), tokens: tokensOf(usage) - tokensOf(before) }
    this.#pace = usePace(this.#pace, more, this.needs.clock.now())
  }

  ended(task: WorkId, usage: Usage): void {
    this.used(task, usage)
    this.#counted.delete(task)
  }
}

const requestsOf = (usage: Usage): number => usage.requests ?? usage.turns
const tokensOf = (usage: Usage): number => usage.inputTokens + usage.outputTokens
