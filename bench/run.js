#!/usr/bin/env node
// Every benchmark compares two ways in one run, side by side: only the ratio counts, since machines are noisy.
import { coldStart } from './cold-start.js'
import { overhead } from './overhead.js'

const quick = process.argv.includes('--quick')
const rows = [...coldStart({ rounds: quick ? 3 : 15 }), ...overhead({ tasks: quick ? 4 : 24 })]

const width = Math.max(...rows.map((row) => row.what.length))
for (const { what, beside, ours, theirs, unit } of rows)
  console.log(
    `${what.padEnd(width)}  ${ours.toFixed(0)} ${unit}, beside ${beside}: ${theirs.toFixed(0)} ${unit}, ratio ${(ours / theirs).toFixed(2)}`,
  )
