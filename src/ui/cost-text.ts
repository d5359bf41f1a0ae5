import { counted } from '../core/counted.js'
import { type LedgerColumn, type LedgerEntry, type LedgerSum, sumBy, sumOf } from '../core/ledger.js'
import { money, tokenCount } from './amounts.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'

const columns: readonly LedgerColumn[] = ['task', 'step', 'model', 'account']

/** What `orch cost --json` prints. Money in US dollars. */
export interface CostJson {
  readonly schemaVersion: 1
  /** Null: of all runs. */
  readonly run: string | null
  readonly entries: readonly LedgerEntry[]
  readonly by: Readonly<Record<'task' | 'stage' | 'step' | 'model' | 'account', readonly LedgerSum[]>>
  readonly total: LedgerSum
}

export const costJson = (ledger: readonly LedgerEntry[], run: string | null): CostJson => ({
  schemaVersion: 1,
  run,
  entries: ledger,
  by: {
    task: sumBy(ledger, 'task').map(rounded),
    stage: sumBy(ledger, 'stage').map(rounded),
    step: sumBy(ledger, 'step').map(rounded),
    model: sumBy(ledger, 'model').map(rounded),
    account: sumBy(ledger, 'account').map(rounded),
  },
  total: rounded(sumOf('total', ledger)),
})

/** Sums of binary fractions grow tails. */
const round = (usd: number): number => Math.round(usd * 1e6) / 1e6
const rounded = (sum: LedgerSum): LedgerSum => ({ ...sum, costUsd: round(sum.costUsd), estimatedUsd: round(sum.estimatedUsd) })

/** `orch cost` for people: what it came to, by task, step, model and account. */
export function costText(ledger: readonly LedgerEntry[], title: string, look: Look): string {
  const total = sumOf('total', ledger)
  const tables = columns.flatMap((column) => ['', look.colours.strong(`by ${column}`), ...table(sumBy(ledger, column))])
  const guess = total.estimatedUsd > 0 ? `, of which ${money(total.estimatedUsd)} is estimated by list prices` : ''
  return [
    `${title}: ${figure(total)} (${tokens(total)}) in ${counted(total.sessions, 'session')}${guess}`,
    ...(ledger.length === 0 ? [] : tables),
  ].join('\n')
}

const figure = (sum: LedgerSum): string => `${sum.estimatedUsd > 0 ? 'about ' : ''}${money(sum.costUsd)}`
const tokens = (sum: LedgerSum): string => `${tokenCount(sum.inputTokens)} tokens in, ${tokenCount(sum.outputTokens)} out`

function table(sums: readonly LedgerSum[]): readonly string[] {
  const names = sums.map((s) => oneLine(s.name))
  const width = Math.max(...names.map((n) => n.length))
  const figures = Math.max(...sums.map((s) => figure(s).length))
  return sums.map((sum, i) => `  ${(names[i] ?? '').padEnd(width)}  ${figure(sum).padStart(figures)}  ${tokens(sum)}`)
}

const csvColumns = [
  'run',
  'at',
  'task',
  'stage',
  'step',
  'model',
  'account',
  'inputTokens',
  'outputTokens',
  'costUsd',
  'estimatedUsd',
] as const

/** `orch cost --csv`: the whole ledger, one session's use of one model a line (RFC 4180). */
export const costCsv = (ledger: readonly LedgerEntry[]): string =>
  [csvColumns.join(','), ...ledger.map((entry) => csvColumns.map((column) => cell(entry[column])).join(','))].join('\r\n')

/** Spreadsheets take a text that begins with one of these for a formula. */
const formula = /^[=+\-@\t\r]/

function cell(value: string | number | null): string {
  if (typeof value === 'number') return String(value)
  const text = value ?? ''
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
