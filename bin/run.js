#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// `orch help run` is what people type who know git.
const typed = process.argv.slice(2)
const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed
// A reader that went away (`orch logs | head`) is no reason to end: the run goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) await tellVersion()
else await start()

/** Asked by scripts, and often: nothing else is loaded for it. */
async function tellVersion() {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`orch ${version} (${process.platform}-${process.arch}, Node ${process.version})\n`)
  await leave(0)
}

async function start() {
  const [{ Config }, { run }, { settings }] = await Promise.all([
    import('@oclif/core/config'),
    import('@oclif/core/run'),
    import('@oclif/core/settings'),
  ])
  // The build is what runs, also where the sources lie beside it and NODE_ENV says development or test.
  settings.enableAutoTranspile = false
  const config = await Config.load(fileURLToPath(import.meta.url))
  try {
    await run(argv, config)
    await leave(process.exitCode ?? 0)
  } catch (error) {
    await report(error, config)
  }
}

/** Bad usage is one line with a hint and exit status 2; an exit status that a command chose is passed on; anything else is a bug. */
async function report(error, config) {
  if (error?.code === 'EEXIT') return leave(error.oclif?.exit ?? 0)
  if (error?.oclif?.exit !== 2) {
    const { handle } = await import('@oclif/core/handle')
    return handle(error)
  }
  const { badUsageText } = await import('../dist/ui/bad-usage.js')
  const knownFlags = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`)
  process.stderr.write(`${badUsageText({ typed: argv, commands: config.commandIDs, message: error.message, knownFlags })}\n`)
  return leave(2)
}

function ignoreClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error
}

/** Ends the process with everything written: `process.exit` alone cuts off what a pipe has not taken yet. */
async function leave(status) {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', () => done()))))
  process.exit(status)
}
