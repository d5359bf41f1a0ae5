import { type BudgetUse, budgetKey, isUsedUp, isWorthWarning } from '../core/budget.js'
import { describeUse } from '../core/budget-words.js'
import type { Config } from '../core/config.js'
import type { WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { budgetsOf, type LiveUsage } from '../core/policy/budget.js'
import { workOf } from '../core/run-state.js'
import type { Usage } from '../core/session.js'
import type { Halt } from './halt.js'
import type { Clock } from './ports/clock.js'
import type { Journal } from './ports/journal.js'

export interface BudgetNeeds {
  readonly journal: Journal
  readonly clock: Clock
  readonly halt: Halt
  readonly budget: Config['budget']
}

/** Follows one session while it is at work. */
export interface Meter {
  /** What it has used so far. */
  used(usage: Usage): void
  /** Aborted when the task's own budget is used up. */
  readonly stop: AbortSignal
  /** The session has ended; what it used counts on until a fact tells of it. */
  close(usage: Usage): Promise<void>
}

interface LiveUse {
  readonly usage: Usage
  /** What the work had used when the session began: as long as that stands, no fact tells of this. */
  readonly before: Usage
}

/**
 * Holds the budgets: warns once when a part of one is used, ends the session of a task whose own is used up, and pauses
 * the run when its budget, or that of the stage, is. Counted from what running sessions report, estimates included.
 */
export class Budgets {
  readonly #live = new Map<WorkId, LiveUse>()
  /** Sessions that are about to be recorded as started. */
  readonly #starting = new Set<WorkId>()
  readonly #warned = new Set<string>()
  /** The agent program itself found these used up. */
  readonly #exhausted = new Set<string>()

  constructor(private readonly needs: BudgetNeeds) {}

  /** Every budget that work draws on, as it stands now. */
  usesOf(task: WorkId): readonly BudgetUse[] {
    const { journal, budget, clock } = this.needs
    const untold = (): LiveUsage => this.#untold()
    return budgetsOf(journal.state, budget, workOf(journal.state, task), {
      // Where no budget is set, nobody asks.
      get live() {
        return untold()
      },
      starting: this.#starting,
      now: clock.now(),
    })
  }

  /** What sessions have used and no fact tells of yet: between the end of one and its fact lies a commit, which may take long. */
  #untold(): LiveUsage {
    const { work } = this.needs.journal.state
    return new Map([...this.#live].flatMap(([id, { usage, before }]) => (work[id]?.usage === before ? [[id, usage] as const] : [])))
  }

  /** Before a session starts. @returns why it must not; null: it may */
  refuses(task: WorkId): BudgetUse | null {
    return this.usesOf(task).find((use) => isUsedUp(use) || this.#exhausted.has(budgetKey(use))) ?? null
  }

  /** Right before a start is recorded: of several at once each counts for the others. @returns why it must not start; null: it may */
  claims(task: WorkId): BudgetUse | null {
    const use = this.refuses(task)
    if (use === null) this.#starting.add(task)
    return use
  }

  /** The start is recorded. */
  started(task: WorkId): void {
    this.#starting.delete(task)
  }

  /** What is used up stops what draws on it. @returns whether it is the task's own */
  reached(use: BudgetUse): boolean {
    this.#exhausted.add(budgetKey(use))
    if (use.scope === 'task') return true
    this.needs.halt.requestNow({ ending: 'paused', failure: budgetFailure(use) })
    return false
  }

  /** Tells a person, once for each budget. */
  async warn(task: WorkId): Promise<void> {
    const { journal, budget } = this.needs
    for (const use of this.usesOf(task).filter((u) => isWorthWarning(u, budget.warnAt))) {
      const key = budgetKey(use)
      if (this.#warned.has(key) || journal.state.budget.warned.includes(key)) continue
      this.#warned.add(key)
      await journal.record({ type: 'budget-warned', ...use })
    }
  }

  meter(task: WorkId): Meter {
    const stopped = new AbortController()
    const over = new AbortController()
    let telling = Promise.resolve()
    const look = (): void => {
      telling = telling.then(() => this.warn(task))
      // What cannot be saved is told when the meter is closed.
      telling.catch(() => undefined)
      const use = this.usesOf(task).find((u) => isUsedUp(u) && u.measure !== 'sessions')
      if (use !== undefined && this.reached(use)) stopped.abort()
    }
    const before = workOf(this.needs.journal.state, task).usage
    this.#live.delete(task)
    const timer = this.#watchTime(task, over.signal, look)
    return {
      stop: stopped.signal,
      used: (usage) => {
        this.#live.set(task, { usage, before })
        look()
      },
      close: async (usage) => {
        over.abort()
        this.#live.set(task, { usage, before })
        await Promise.all([timer, telling])
      },
    }
  }

  /** A budget of time is used up in silence too. */
  async #watchTime(task: WorkId, over: AbortSignal, look: () => void): Promise<void> {
    const left = this.usesOf(task)
      .filter((u) => u.measure === 'duration')
      .flatMap((u) => [u.limit * this.needs.budget.warnAt - u.used, u.limit - u.used])
      .filter((ms) => ms > 0)
    const now = this.needs.clock.now()
    for (const ms of [...new Set(left)].sort((a, b) => a - b)) {
      await this.needs.clock.sleepUntil(now + ms, over)
      if (over.aborted) return
      const live = this.#live.get(task)
      const durationMs = Math.max(live?.usage.durationMs ?? 0, this.needs.clock.now() - now)
      if (live !== undefined) this.#live.set(task, { ...live, usage: { ...live.usage, durationMs } })
      look()
    }
  }
}

export const budgetFailure = (use: BudgetUse): Failure & { reason: 'budget-reached' } => ({
  reason: 'budget-reached',
  scope: use.scope,
  measure: use.measure,
  detail: describeUse(use),
})
