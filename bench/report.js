import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, quantile } from './measure.js'

const folder = fileURLToPath(new URL('results', import.meta.url))

/**
 * Writes what was measured as JSON, and as a table for people. A row:
 * - `what` orch does and what stands `beside` it; `ours` and `floor`: a number, or the values of all rounds; `unit`
 * - `part`: which value of them counts, from 0 to 1; absent: the median
 * - `goal`: a ratio of ours to the floor at most; `most`, `least`: in the row's own unit
 * @returns the table
 */
export function report(bench) {
  const text = markdown(bench)
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, bench.only ?? (bench.quick ? 'quick' : 'full'))
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...bench, rows: bench.rows.map(withSummary) }, null, 2)}\n`)
  writeFileSync(`${file}.md`, text)
  return text
}

const withSummary = (row) => ({ ...row, summary: { ours: told(row, row.ours), floor: told(row, row.floor), ratio: ratioOf(row) } })

function markdown({ machine, quick, rows, failed, missing }) {
  return [
    `# Bench${quick ? ', quick: it shows that the harness works, and no more' : ''}`,
    '',
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, git ${machine.git}, load ${machine.load ?? 'unknown'}.`,
    'Only ratios count: both sides were measured in turn. The median of the rounds, and in brackets the least and the greatest.',
    '',
    '| what | orch | beside | | ratio | goal | |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(line),
    '',
    ...failed.map(({ name, error }) => `Failed: ${name}: ${error}`),
    ...missing.map((text) => `Not measured: ${text}`),
    '',
  ].join('\n')
}

function line(row) {
  const { what, beside, unit, goal = null, most, least } = row
  const [ours, ratio] = [told(row, row.ours), ratioOf(row)]
  const goals = [
    ...(goal === null ? [] : [{ text: `≤ ${goal}`, isMet: ratio.middle <= goal }]),
    ...(most === undefined ? [] : [{ text: `≤ ${shown(most)} ${unit}`, isMet: ours.middle <= most }]),
    ...(least === undefined ? [] : [{ text: `≥ ${shown(least)} ${unit}`, isMet: ours.middle >= least }]),
  ]
  const met = goals.length === 0 ? '' : goals.every((g) => g.isMet) ? 'met' : 'missed'
  const wanted = goals.map((g) => g.text).join(', ')
  const ratioText = withRange(ratio, (value) => value.toFixed(2))
  return `| ${what} | ${withRange(ours, shown)} ${unit} | ${beside} | ${withRange(told(row, row.floor), shown)} ${unit} | ${ratioText} | ${wanted} | ${met} |`
}

/** @returns the value that counts, the least and the greatest */
function told({ part }, values) {
  const all = [values].flat()
  return { middle: part === undefined ? median(all) : quantile(all, part), least: Math.min(...all), most: Math.max(...all) }
}

/** Of what counts on both sides; the range is of the rounds, where each has both. */
function ratioOf(row) {
  const middle = told(row, row.ours).middle / told(row, row.floor).middle
  const [ours, floor] = [[row.ours].flat(), [row.floor].flat()]
  const isPaired = ours.length === floor.length && row.part === undefined
  const ratios = isPaired ? ours.map((value, n) => value / floor[n]) : [middle]
  return { middle, least: Math.min(...ratios), most: Math.max(...ratios) }
}

const withRange = ({ middle, least, most }, text) => (least === most ? text(middle) : `${text(middle)} (${text(least)}–${text(most)})`)

const shown = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2))
