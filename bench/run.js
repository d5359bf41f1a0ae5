#!/usr/bin/env node
// npm run bench [-- [--quick] [--others] [name of one]]: every row compares two ways in one run, side by side. Only the ratio counts, since machines are noisy.
import { checkpoint } from './checkpoint.js'
import { coldStart } from './cold-start.js'
import { engineOnly } from './engine-only.js'
import { machine } from './measure.js'
import { nullAgent } from './null-agent.js'
import { besideOthers } from './others.js'
import { report } from './report.js'
import { schedule } from './schedule.js'
import { chatty, sleeping, turnaround } from './sessions.js'

const quick = process.argv.includes('--quick')
/** More sessions at a time no config allows. */
const most = 50
const mebibyte = 2 ** 20
const benches = {
  'cold start': () => coldStart({ rounds: quick ? 3 : 15 }),
  'null agent': () =>
    quick ? nullAgent({ tasks: 2, files: 100, rounds: 1 }) : [100, 5000].flatMap((files) => nullAgent({ tasks: 12, files, rounds: 3 })),
  'worktrees reused': () =>
    nullAgent({ tasks: 12, stages: 3, files: quick ? 600 : 5000, rounds: quick ? 1 : 5, goals: { wall: 1, processors: 1 } }),
  checkpoint: () =>
    quick ? checkpoint({ sizes: [20], facts: 20, rounds: 1 }) : checkpoint({ sizes: [100, 1000, 10_000], facts: 200, rounds: 3 }),
  schedule: () => schedule(quick ? { stages: 2, tasks: 4 } : { stages: 6, tasks: 8 }),
  'slot turnaround': () => turnaround({ tasks: quick ? 2 : 20 }),
  engine: () => engineOnly(quick ? { tasks: 10, slots: 5 } : { tasks: 500, slots: 100 }),
  'chatty sessions': () =>
    chatty(quick ? { sessions: 2, seconds: 2, bytes: mebibyte / 16 } : { sessions: most, seconds: 20, bytes: mebibyte }),
  'sleeping agents': () => sleeping(quick ? { sessions: 2, seconds: 2 } : { sessions: most, seconds: 30 }),
}
if (process.argv.includes('--others'))
  benches['other orchestrators'] = () => besideOthers({ tasks: quick ? 2 : 12, files: 100, rounds: quick ? 1 : 3 })
const only = process.argv.slice(2).find((word) => !word.startsWith('--'))
const missing = [
  ...('other orchestrators' in benches ? [] : ['`@ai-hero/sandcastle` with the same stand-in: `--others` fetches it from npm']),
  '`takt`: it works in clones by workflow files of its own, for which nothing is written here',
  'a repository of 50,000 files',
]

const rows = []
for (const [name, bench] of Object.entries(benches).filter(([name]) => only === undefined || name === only)) {
  process.stderr.write(`${name} …\n`)
  rows.push(...(await bench()))
}
process.stdout.write(report({ machine: machine(), quick, rows, missing }))
