#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core/config'
import { handle } from '@oclif/core/handle'
import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import { nearest } from '../dist/core/nearest.js'

// The build is what runs, also where the sources lie beside it and NODE_ENV says development or test.
settings.enableAutoTranspile = false

// `orch help run` is what people type who know git.
const typed = process.argv.slice(2)
const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed
// A reader that went away (`orch logs | head`) is no reason to end: the run goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)

const config = await Config.load(fileURLToPath(import.meta.url))
try {
  await run(argv, config)
  await leave(process.exitCode ?? 0)
} catch (error) {
  await report(error)
}

/** Bad usage is one line with a hint and exit status 2; an exit status that a command chose is passed on; anything else is a bug. */
async function report(error) {
  if (error?.code === 'EEXIT') return leave(error.oclif?.exit ?? 0)
  const hint = usageHint(error)
  if (hint === null) return handle(error)
  const message = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help'))
    .join(' ')
    .replace(/^command (.*) not found$/, (_, id) => `there is no command ${id.replaceAll(':', ' ')}`)
  process.stderr.write(`Error: ${message}. ${hint}\n`)
  return leave(2)
}

/** What to type instead; null: it was no bad usage. */
function usageHint(error) {
  if (error?.oclif?.exit !== 2) return null
  if (/^command .* not found$/.test(error.message)) return didYouMean(argv[0], config.commandIDs) ?? 'Try: orch --help'
  const known = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`)
  return didYouMean(error.flags?.[0], known) ?? `Try: orch ${commandWords()} --help`
}

function didYouMean(word, known) {
  const near = word === undefined ? null : nearest(word, known)
  return near === null ? null : `Did you mean ${near}?`
}

/** The command as it was typed, without flags and arguments. */
function commandWords() {
  const words = argv.filter((word) => !word.startsWith('-'))
  return config.commandIDs.includes(words.slice(0, 2).join(':')) ? words.slice(0, 2).join(' ') : (words[0] ?? '')
}

function ignoreClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error
}

/** Ends the process with everything written: `process.exit` alone cuts off what a pipe has not taken yet. */
async function leave(status) {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', () => done()))))
  process.exit(status)
}
