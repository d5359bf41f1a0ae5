import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import { type MachineSample, sizeWords } from '../core/machine.js'
import type { MemoryLevel } from '../core/policy/admission.js'
import { type Relief, type RunningSession, reliefFor } from '../core/policy/relief.js'
import type { Halt } from './halt.js'
import type { Agent } from './ports/agent.js'
import type { Clock } from './ports/clock.js'
import type { Journal } from './ports/journal.js'

/** A running session of which memory may be taken back. */
export interface Relievable extends RunningSession {
  /** Aborted when it must end to give its memory back. */
  readonly eviction: AbortController
  frozenSince: number | null
  unfreezable: boolean
}

interface ReliefNeeds {
  readonly agent: Pick<Agent, 'freeze' | 'thaw'>
  readonly journal: Journal
  readonly clock: Clock
  readonly halt: Halt
  readonly resources: Pick<Config['resources'], 'sampleMs'>
  /** The session that runs for a task; null: it has not begun yet. */
  sessionOf(task: WorkId): string | null
}

/** Looks at the machine that freezing is given before a frozen session is ended. */
const looksOfPatience = 2
/** A frozen session's connection to the service does not last longer. */
const longestFrozenMs = 5 * 60_000

/** Takes memory back when the machine runs out of it: one measure at a time, decided by `reliefFor`. */
export class MemoryRelief {
  #acting = false

  constructor(private readonly needs: ReliefNeeds) {}

  /** @param running those whose sessions have begun, the oldest first */
  async heard(running: readonly Relievable[], level: MemoryLevel, sample: MachineSample): Promise<void> {
    // What one that ends gives back is not to be seen yet: no other one must suffer for that.
    if (this.#acting || running.some((s) => s.eviction.signal.aborted)) return
    const { resources, clock, halt } = this.needs
    const times = { patienceMs: looksOfPatience * resources.sampleMs, longestMs: longestFrozenMs }
    const relief = reliefFor(level, running, clock.now(), times)
    const chosen = running.find((s) => s.task === relief?.task)
    if (relief === null || chosen === undefined || halt.hard.aborted) return
    this.#acting = true
    try {
      await this.#act(relief, chosen, sample)
    } finally {
      this.#acting = false
    }
  }

  async #act({ kind }: Relief, chosen: Relievable, sample: MachineSample): Promise<void> {
    const { agent, journal, clock } = this.needs
    const { task } = chosen
    const session = this.needs.sessionOf(task)
    if (session === null) return
    if (kind === 'stop') chosen.eviction.abort()
    else if (kind === 'thaw') {
      chosen.frozenSince = null
      await agent.thaw(session)
      await journal.record({ type: 'session-thawed', task })
    } else if (await agent.freeze(session)) {
      chosen.frozenSince = clock.now()
      await journal.record({ type: 'session-frozen', task, detail: `memory: ${sizeWords(sample.memory.available)} free on the machine` })
    } else chosen.unfreezable = true
  }
}
