#!/usr/bin/env node
import { dist, installed, isBuilt, load, readPackage } from './load.js'

const argv = process.argv.slice(2)
// A reader that went away (`orch logs | head`) is no reason to end: the run goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)

// Asked by scripts, and often: nothing else is loaded for it.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v'))
  process.stdout.write(`orch ${readPackage().version} (${process.platform}-${process.arch}, Node ${process.version})\n`)
else if (!isBuilt()) {
  process.stderr.write(
    `Error: orch is not built, or is being built right now: ${dist}\n  npm install && npm run build there; then the same again\n`,
  )
  process.exitCode = 5
} else await load('orch').start(argv, installed())

function ignoreClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error
}
