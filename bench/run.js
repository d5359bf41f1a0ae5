#!/usr/bin/env node
// npm run bench [-- --quick]: every row compares two ways in one run, side by side. Only the ratio counts, since machines are noisy.
import { checkpoint } from './checkpoint.js'
import { coldStart } from './cold-start.js'
import { machine } from './measure.js'
import { nullAgent } from './null-agent.js'
import { report } from './report.js'

const quick = process.argv.includes('--quick')
const benches = {
  'cold start': () => coldStart({ rounds: quick ? 3 : 15 }),
  'null agent': () =>
    quick ? nullAgent({ tasks: 2, files: 100, rounds: 1 }) : [100, 5000].flatMap((files) => nullAgent({ tasks: 12, files, rounds: 3 })),
  checkpoint: () => (quick ? checkpoint({ sizes: [20], facts: 20, rounds: 1 }) : checkpoint({ sizes: [100, 1000], facts: 200, rounds: 3 })),
}
const missing = [
  'other orchestrators with the same stand-in',
  '100 chatty sessions, and the processors that 50 sleeping agents cost',
  'the turnaround of a slot, and the makespan beside list scheduling',
  'a repository of 50,000 files, and a run of 10,000 tasks',
]

const rows = []
for (const [name, bench] of Object.entries(benches)) {
  process.stderr.write(`${name} …\n`)
  rows.push(...bench())
}
process.stdout.write(report({ machine: machine(), quick, rows, missing }))
