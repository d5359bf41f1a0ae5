import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './measure.js'

const worker = fileURLToPath(new URL('journal-worker.js', import.meta.url))

/** What saving a fact durably costs in a run of so many tasks, and what reading such a run back costs. */
export function checkpoint({ sizes, facts, rounds }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  try {
    return sizes.flatMap((tasks) => ofSize(path.join(folder, String(tasks)), { tasks, facts, rounds }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function ofSize(folder, { tasks, facts, rounds }) {
  const ask = (...args) => JSON.parse(execFileSync(process.execPath, [worker, ...args.map(String)], { encoding: 'utf8' }))
  ask('make', folder, tasks)
  const saves = Array.from({ length: rounds }, () => ask('save', folder, facts))
  const reads = Array.from({ length: rounds }, () => [ask('resume', folder), ask('parse', folder)])
  const middle = (values) => median(values)
  return [
    {
      what: `a fact saved durably, ${tasks} tasks`,
      beside: 'append and fdatasync of the same bytes',
      ours: middle(saves.map((s) => s.ours)),
      floor: middle(saves.map((s) => s.floor)),
      unit: 'ms',
      goal: 2,
    },
    {
      what: `resume after a kill, ${tasks} tasks`,
      beside: 'reading and parsing the state once',
      ours: middle(reads.map(([r]) => r.ms)),
      floor: middle(reads.map(([, p]) => p.ms)),
      unit: 'ms',
      goal: 4,
    },
  ]
}
