import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** @returns the middle one */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** The value that so great a part (0 to 1) of them does not exceed. */
export const quantile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)]

/**
 * Runs a command to its end. bash's own `time` counts all processes below it that were waited for.
 * @returns milliseconds of wall time, and of processors (user and system)
 */
export function timed(command, args, { cwd, env = process.env, input } = {}) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1'
  const ended = spawnSync('bash', ['-c', script, 'bash', command, ...args], { cwd, env, input, encoding: 'utf8' })
  if (ended.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${ended.status}`)
  const [wall, user, system] = ended.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 }
}

/** Runs several ways of doing one thing in turn, round after round, so that all of them meet the same weather. @returns the medians of each */
export function paired(ways, rounds) {
  const seen = new Map(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) for (const [name, way] of Object.entries(ways)) seen.get(name).push(way(round))
  const middle = (runs, key) => median(runs.map((run) => run[key]))
  return Object.fromEntries([...seen].map(([name, runs]) => [name, { wallMs: middle(runs, 'wallMs'), cpuMs: middle(runs, 'cpuMs') }]))
}

const ticksPerSecond = 100

/** What a process itself took so far, its children not counted: milliseconds of processors, bytes resident. Linux only. */
export function ownUse(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0
  return { cpuMs: ((user + system) * 1000) / ticksPerSecond, residentBytes: Number(resident) * 1024 }
}

/** What the figures were taken on: of little use without it. */
export function machine() {
  const load = existsLoad()
  return {
    node: process.version,
    system: `${process.platform} ${release()}`,
    processor: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load,
  }
}

function existsLoad() {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
  } catch {
    return null
  }
}
