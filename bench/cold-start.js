import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { temporaryRepository } from './temporary-repository.js'

const orch = fileURLToPath(new URL('../bin/run.js', import.meta.url))

/** Milliseconds of wall time from the start to the exit of a command, beside an empty Node program; the median of interleaved rounds. */
export function coldStart({ rounds }) {
  const repository = temporaryRepository({ milestones: 3 })
  try {
    return measure(repository.path, rounds)
  } finally {
    repository.remove()
  }
}

function measure(cwd, rounds) {
  const commands = [['--version'], ['status'], ['run', '--dry-run']]
  const times = new Map([['node', []], ...commands.map((args) => [args.join(' '), []])])
  for (let round = 0; round < rounds; round++) {
    times.get('node').push(timed(['-e', '0'], cwd))
    for (const args of commands) times.get(args.join(' ')).push(timed([orch, ...args], cwd))
  }
  const theirs = median(times.get('node'))
  return commands.map((args) => ({
    what: `cold start of orch ${args.join(' ')}`,
    beside: 'node -e 0',
    ours: median(times.get(args.join(' '))),
    theirs,
    unit: 'ms',
  }))
}

function timed(args, cwd) {
  const began = performance.now()
  execFileSync(process.execPath, args, { cwd, stdio: 'ignore' })
  return performance.now() - began
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
