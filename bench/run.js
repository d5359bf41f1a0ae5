#!/usr/bin/env node
// npm run bench [-- [--quick] [--list] [name ...]]: each row compares two ways in one run, side by side. Only the ratio counts, since machines are noisy.
// --quick shows that the harness works. What fails loses only its own rows; the exit code is 1 then.
import { chatty } from './chatty.js'
import { checkpoint } from './checkpoint.js'
import { coldStart } from './cold-start.js'
import { engineOnly } from './engine-only.js'
import { machine } from './measure.js'
import { nullAgent } from './null-agent.js'
import { besidePeers } from './peers.js'
import { report } from './report.js'
import { schedule } from './schedule.js'
import { sleeping, turnaround } from './sessions.js'

const mebibyte = 2 ** 20

/** What is measured, and a quick way through the same code. */
const benches = {
  'cold-start': { full: () => coldStart({ rounds: 15 }), quick: () => coldStart({ rounds: 2 }) },
  'null-agent': {
    full: () =>
      inTurn(
        nullAgent,
        { tasks: 12, files: 100, rounds: 5, goals: {} },
        { tasks: 12, files: 5000, rounds: 3 },
        { tasks: 4, files: 50_000, rounds: 3 },
      ),
    quick: () => nullAgent({ tasks: 2, files: 100, rounds: 1 }),
  },
  'worktrees-reused': {
    full: () => nullAgent({ tasks: 12, stages: 3, files: 5000, rounds: 5, goals: { wall: 1, processors: 1 } }),
    quick: () => nullAgent({ tasks: 4, stages: 2, files: 600, rounds: 1 }),
  },
  peers: {
    full: () => inTurn(besidePeers, { tasks: 12, files: 100, rounds: 3 }, { tasks: 12, files: 5000, rounds: 3 }),
    quick: () => besidePeers({ tasks: 2, files: 100, rounds: 1 }),
    // It fetches the other orchestrators.
    byNameOnly: ['quick'],
  },
  checkpoint: {
    full: () => checkpoint({ sizes: [100, 1000, 10_000], facts: 200, rounds: 5 }),
    quick: () => checkpoint({ sizes: [20, 40], facts: 20, rounds: 1 }),
  },
  schedule: { full: () => schedule({ stages: 6, tasks: 8 }), quick: () => schedule({ stages: 2, tasks: 4 }) },
  'slot-turnaround': { full: () => turnaround({ tasks: 20 }), quick: () => turnaround({ tasks: 2 }) },
  engine: {
    full: () => engineOnly({ tasks: 500, slots: 100, rounds: 3 }),
    quick: () => engineOnly({ tasks: 10, slots: 5, rounds: 1 }),
  },
  chatty: {
    full: () => chatty({ sessions: 100, seconds: 10, bytes: mebibyte, rounds: 3 }),
    quick: () => chatty({ sessions: 2, seconds: 2, bytes: mebibyte / 16, rounds: 1 }),
  },
  sleeping: { full: () => sleeping({ sessions: 50, seconds: 30 }), quick: () => sleeping({ sessions: 2, seconds: 2 }) },
}

async function inTurn(bench, ...sizes) {
  const rows = []
  for (const size of sizes) rows.push(...(await bench(size)))
  return rows
}

const words = process.argv.slice(2)
const how = words.includes('--quick') ? 'quick' : 'full'
const names = words.filter((word) => !word.startsWith('--'))
const unknown = [
  ...words.filter((word) => word.startsWith('--') && word !== '--quick' && word !== '--list'),
  ...names.filter((name) => !(name in benches)),
]

async function measured() {
  const chosen = names.length > 0 ? names : Object.keys(benches).filter((name) => !benches[name].byNameOnly?.includes(how))
  const [rows, failed] = [[], []]
  for (const name of chosen) {
    const began = performance.now()
    process.stderr.write(`${name} … `)
    try {
      rows.push(...(await benches[name][how]()).map((row) => ({ bench: name, ...row })))
      process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s\n`)
    } catch (error) {
      process.stderr.write('failed\n')
      failed.push({ name, error: String(error).trim().split('\n').at(0) })
    }
  }
  const missing = names.length > 0 ? [] : Object.keys(benches).filter((name) => !chosen.includes(name))
  return { rows, failed, missing }
}

if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}\n`)
  process.exitCode = 2
} else if (words.includes('--list')) process.stdout.write(`${Object.keys(benches).join('\n')}\n`)
else {
  const seen = await measured()
  const only = names.length === 0 ? null : [...names, ...(how === 'quick' ? ['quick'] : [])].join('-')
  process.stdout.write(report({ machine: machine(), at: new Date().toISOString(), quick: how === 'quick', only, ...seen }))
  if (seen.failed.length > 0) process.exitCode = 1
}
