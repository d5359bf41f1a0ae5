import type { RecordedFact, WorkId } from './fact.js'
import { type LedgerEntry, ledgerOf } from './ledger.js'

/** What the next stages need, going by what this project has used so far. Money in US dollars, times in milliseconds. */
export interface Forecast {
  /** Finished tasks that it goes by. */
  readonly tasks: number
  /** Of one task on average, its reviews included. */
  readonly taskUsd: number
  readonly taskMs: number
  readonly window: WindowForecast | null
  readonly stages: readonly StageForecast[]
}

/** How full the account's five-hour window is. */
export interface WindowForecast {
  /** From 0 to 1: what is left of it now. */
  readonly left: number
  /** Epoch ms; null: not known. */
  readonly resetsAt: number | null
  /** How much of a window a dollar's worth of work at list prices uses. */
  readonly sharePerUsd: number
  /** What that was learnt from: `utilization` as the program told it, or `limits` that were met. */
  readonly from: 'utilization' | 'limits'
  readonly measurements: number
}

export interface StageForecast {
  readonly stage: number
  readonly tasks: number
  readonly usd: number
  /** Of one window; above 1: more than one window. Null: nothing is known of windows. */
  readonly share: number | null
  /** When the window will be used up while this stage is carried out, epoch ms; null: it will not, or nobody knows. */
  readonly pausesAt: number | null
}

export interface Ahead {
  readonly stages: readonly { readonly stage: number; readonly tasks: number }[]
  /** Tasks at a time. */
  readonly concurrency: number
  /** Epoch ms. */
  readonly now: number
}

const fiveHours = 5 * 3_600_000
const windowName = 'five_hour'

/** @param runs the facts of this project's runs, the oldest first. @returns null: no task was finished yet, so there is nothing to go by */
export function forecast(runs: readonly (readonly RecordedFact[])[], ahead: Ahead): Forecast | null {
  const done = runs.flatMap(finishedTasks)
  if (done.length === 0) return null
  const ledger = runs.flatMap(ledgerOf)
  const taskUsd = mean(done.map((d) => d.usd))
  const taskMs = mean(done.map((d) => d.ms))
  const window = windowNow(runs.flat(), ledger, ahead.now)
  return { tasks: done.length, taskUsd, taskMs, window, stages: stagesAhead(ahead, { taskUsd, taskMs, window }) }
}

const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length

/** What tasks cost that were approved, and how long their sessions took. */
function finishedTasks(facts: readonly RecordedFact[]): readonly { usd: number; ms: number }[] {
  const used = new Map<WorkId, { usd: number; ms: number }>()
  const approved = new Set<WorkId>()
  for (const fact of facts) {
    if (fact.type === 'task-approved' && !fact.task.startsWith('stage-')) approved.add(fact.task)
    if (!('usage' in fact)) continue
    const before = used.get(fact.task) ?? { usd: 0, ms: 0 }
    used.set(fact.task, { usd: before.usd + fact.usage.costUsd, ms: before.ms + fact.usage.durationMs })
  }
  return [...approved].flatMap((task) => used.get(task) ?? [])
}

type Learnt = Pick<WindowForecast, 'sharePerUsd' | 'from' | 'measurements'>

function windowNow(facts: readonly RecordedFact[], ledger: readonly LedgerEntry[], now: number): WindowForecast | null {
  const seen = measurementsIn(facts)
  const learnt = fromUtilization(seen, ledger) ?? fromLimits(facts, ledger)
  if (learnt === null) return null
  const last = seen.at(-1)
  // Without a reset that lies ahead the window that was told of is over, and the next one is empty.
  if (last === undefined || last.resetsAt === null || last.resetsAt <= now)
    return { ...learnt, left: leftByLedger(learnt, ledger, now), resetsAt: null }
  const since = usdBetween(ledger, last.at, now)
  return { ...learnt, left: clamped(1 - last.utilization - since * learnt.sharePerUsd), resetsAt: last.resetsAt }
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share))

const leftByLedger = ({ sharePerUsd }: Learnt, ledger: readonly LedgerEntry[], now: number): number =>
  clamped(1 - usdBetween(ledger, now - fiveHours, now) * sharePerUsd)

interface Measurement {
  readonly at: number
  readonly account: string
  readonly utilization: number
  readonly resetsAt: number | null
}

const measurementsIn = (facts: readonly RecordedFact[]): readonly Measurement[] =>
  facts.flatMap((fact) =>
    fact.type !== 'windows-seen'
      ? []
      : fact.windows
          .filter((w) => w.window === windowName)
          .map((w) => ({ at: Date.parse(fact.at), account: fact.account, utilization: w.utilization, resetsAt: w.resetsAt })),
  )

/** Two looks at the same window, and what was spent on its account between them. */
function fromUtilization(seen: readonly Measurement[], ledger: readonly LedgerEntry[]): Learnt | null {
  const pairs = seen.slice(1).flatMap((later, i) => {
    const earlier = seen[i]
    if (earlier === undefined || earlier.account !== later.account || !isSameWindow(earlier, later)) return []
    const usd = usdBetween(
      ledger.filter((e) => e.account === later.account),
      earlier.at,
      later.at,
    )
    const share = later.utilization - earlier.utilization
    return usd > 0 && share > 0 ? [{ usd, share }] : []
  })
  const usd = pairs.reduce((sum, p) => sum + p.usd, 0)
  const share = pairs.reduce((sum, p) => sum + p.share, 0)
  return pairs.length === 0 ? null : { sharePerUsd: share / usd, from: 'utilization', measurements: pairs.length }
}

/** Resets are told to the second, and sometimes one beside it. */
const isSameWindow = (a: Measurement, b: Measurement): boolean =>
  a.resetsAt !== null && b.resetsAt !== null && Math.abs(a.resetsAt - b.resetsAt) < 60_000

/** A limit that was met: all that was spent in the five hours before it was one window. */
function fromLimits(facts: readonly RecordedFact[], ledger: readonly LedgerEntry[]): Learnt | null {
  const spent = facts.flatMap((fact) => {
    if (fact.type !== 'limit-hit' || fact.window !== windowName || fact.guessed) return []
    const at = Date.parse(fact.at)
    const usd = usdBetween(
      ledger.filter((e) => e.account === fact.account),
      at - fiveHours,
      at + 1,
    )
    return usd > 0 ? [usd] : []
  })
  return spent.length === 0 ? null : { sharePerUsd: 1 / mean(spent), from: 'limits', measurements: spent.length }
}

const usdBetween = (ledger: readonly LedgerEntry[], from: number, to: number): number =>
  ledger.filter((e) => Date.parse(e.at) >= from && Date.parse(e.at) < to).reduce((sum, e) => sum + e.costUsd, 0)

type Known = Pick<Forecast, 'taskUsd' | 'taskMs' | 'window'>

/** One stage after the other, each with as many tasks at a time as are let; the window fills as they are carried out. */
function stagesAhead({ stages, concurrency, now }: Ahead, { taskUsd, taskMs, window }: Known): readonly StageForecast[] {
  let begins = now
  let left = window?.left ?? 0
  let paused = false
  return stages.map(({ stage, tasks }) => {
    const usd = tasks * taskUsd
    const takes = Math.ceil(tasks / Math.max(1, concurrency)) * taskMs
    const share = window === null ? null : usd * window.sharePerUsd
    const runsOut = share !== null && share > left && !paused
    const at = runsOut && share > 0 ? begins + (left / share) * takes : null
    // A window that has lifted by then is a new one.
    const lifted = at !== null && window?.resetsAt != null && window.resetsAt <= at
    const pausesAt = lifted ? null : at
    paused ||= pausesAt !== null
    left = lifted ? 1 : Math.max(0, left - (share ?? 0))
    begins += takes
    return { stage, tasks, usd, share, pausesAt }
  })
}
