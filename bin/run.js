#!/usr/bin/env node
import { installed, load, readPackage } from './load.js'

const argv = process.argv.slice(2)
// A reader that went away (`orch logs | head`) is no reason to end: the run goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)

// Asked by scripts, and often: nothing else is loaded for it.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v'))
  process.stdout.write(`orch ${readPackage().version} (${process.platform}-${process.arch}, Node ${process.version})\n`)
else await load('orch').start(argv, installed())

function ignoreClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error
}
