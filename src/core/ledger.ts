import type { AccountName } from './account.js'
import type { RecordedFact, WorkId } from './fact.js'
import type { ModelUsage, SessionStep, Usage } from './session.js'

/** One line of the cost ledger: what one session used of one model. Money in US dollars. */
export interface LedgerEntry {
  readonly run: string
  /** When it was recorded, ISO 8601. */
  readonly at: string
  readonly task: WorkId
  readonly stage: number
  readonly step: SessionStep
  /** As the program calls it, else as it was asked for; null: nobody said. */
  readonly model: string | null
  readonly account: AccountName
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  /** The part of it that is estimated. */
  readonly estimatedUsd: number
}

interface Started {
  readonly step: SessionStep
  readonly account: AccountName
  readonly model: string | null
}

/** The ledger of a run: whatever its facts say that a session used, each under the session that was last started for the work. */
export function ledgerOf(facts: readonly RecordedFact[]): readonly LedgerEntry[] {
  const started = new Map<WorkId, Started>()
  const stages = new Map<WorkId, number>()
  return facts.flatMap((fact) => {
    if (fact.type === 'stage-started') for (const m of fact.milestones) stages.set(m.id, fact.stage)
    if (fact.type === 'attempt-started') started.set(fact.task, fact)
    if (fact.type === 'review-started') started.set(fact.task, { ...fact, step: 'review' })
    if (!('usage' in fact)) return []
    const of = started.get(fact.task) ?? { step: 'implement', account: 'default', model: null }
    const { task, run, at } = fact
    const stage = stages.get(task) ?? Number(/^stage-(\d+)$/.exec(task)?.[1] ?? 0)
    return linesOf(fact.usage, of.model).map((line) => ({ run, at, task, stage, step: of.step, account: of.account, ...line }))
  })
}

type Line = Pick<LedgerEntry, 'model' | 'inputTokens' | 'outputTokens' | 'costUsd' | 'estimatedUsd'>

/** By model, the estimate spread by cost; where nothing was told by model, one line. */
function linesOf(usage: Usage, asked: string | null): readonly Line[] {
  const { costUsd, inputTokens, outputTokens } = usage
  const estimatedUsd = usage.estimatedUsd ?? 0
  const models = Object.entries(usage.models ?? {})
  if (models.length === 0)
    return costUsd === 0 && inputTokens + outputTokens === 0 ? [] : [{ model: asked, inputTokens, outputTokens, costUsd, estimatedUsd }]
  const part = ({ costUsd: of }: ModelUsage): number => (costUsd === 0 ? 0 : of / costUsd)
  return models.map(([model, used]) => ({
    model,
    inputTokens: used.inputTokens,
    outputTokens: used.outputTokens,
    costUsd: used.costUsd,
    estimatedUsd: estimatedUsd * part(used),
  }))
}

export type LedgerColumn = 'task' | 'stage' | 'step' | 'model' | 'account' | 'run'

/** Sums of the ledger. */
export interface LedgerSum {
  readonly name: string
  readonly sessions: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  readonly estimatedUsd: number
}

/** What a ledger comes to by one of its columns, the dearest first. */
export function sumBy(ledger: readonly LedgerEntry[], column: LedgerColumn): readonly LedgerSum[] {
  const names = [...new Set(ledger.map((e) => String(e[column] ?? 'unknown')))]
  const sums = names.map((name) =>
    sumOf(
      name,
      ledger.filter((e) => String(e[column] ?? 'unknown') === name),
    ),
  )
  return sums.sort((a, b) => b.costUsd - a.costUsd || (a.name < b.name ? -1 : 1))
}

export const sumOf = (name: string, entries: readonly LedgerEntry[]): LedgerSum => ({
  name,
  sessions: new Set(entries.map((e) => `${e.run} ${e.task} ${e.at}`)).size,
  inputTokens: entries.reduce((sum, e) => sum + e.inputTokens, 0),
  outputTokens: entries.reduce((sum, e) => sum + e.outputTokens, 0),
  costUsd: entries.reduce((sum, e) => sum + e.costUsd, 0),
  estimatedUsd: entries.reduce((sum, e) => sum + e.estimatedUsd, 0),
})

/** @param since epoch milliseconds */
export const tokensSince = (ledger: readonly LedgerEntry[], since: number): number =>
  ledger.filter((e) => Date.parse(e.at) >= since).reduce((sum, e) => sum + e.inputTokens + e.outputTokens, 0)
