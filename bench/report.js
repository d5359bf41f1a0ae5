import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('results', import.meta.url))

/** Writes what was measured as JSON, and as a table for people. @returns the table */
export function report({ machine, quick, rows, missing }) {
  mkdirSync(folder, { recursive: true })
  const name = quick ? 'quick' : 'full'
  const text = markdown({ machine, quick, rows, missing })
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify({ machine, quick, rows, missing }, null, 2)}\n`)
  writeFileSync(path.join(folder, `${name}.md`), text)
  return text
}

function markdown({ machine, quick, rows, missing }) {
  const table = rows.map(line)
  return [
    `# Bench${quick ? ', quick: it shows that the harness works, and no more' : ''}`,
    '',
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, load ${machine.load ?? 'unknown'}. Only ratios count: both sides were measured in turn.`,
    '',
    '| what | orch | beside | | ratio | goal | |',
    '|---|---|---|---|---|---|---|',
    ...table,
    '',
    ...missing.map((text) => `Not measured: ${text}`),
    '',
  ].join('\n')
}

/** A goal is a ratio, `most` and `least` are in the row's own unit. */
function line({ what, ours, floor, beside, unit, goal, most, least }) {
  const ratio = ours / floor
  const goals = [
    ...(goal === null ? [] : [{ text: `≤ ${goal}`, isMet: ratio <= goal }]),
    ...(most === undefined ? [] : [{ text: `≤ ${shown(most)} ${unit}`, isMet: ours <= most }]),
    ...(least === undefined ? [] : [{ text: `≥ ${shown(least)} ${unit}`, isMet: ours >= least }]),
  ]
  const met = goals.length === 0 ? '' : goals.every((g) => g.isMet) ? 'met' : 'missed'
  const told = goals.map((g) => g.text).join(', ')
  return `| ${what} | ${shown(ours)} ${unit} | ${beside} | ${shown(floor)} ${unit} | ${ratio.toFixed(2)} | ${told} | ${met} |`
}

const shown = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))
