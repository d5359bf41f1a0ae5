import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** The middle one, or what lies between the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.floor((values.length - 1) / 2)] + sorted[Math.floor(values.length / 2)]) / 2
}

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

/**
 * Runs several ways of doing one thing in turn, round after round, so that all of them meet the same weather.
 * @returns for each way what its rounds gave: of each key the values in the order of the rounds
 */
export async function paired(ways, rounds) {
  const seen = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) for (const [name, way] of Object.entries(ways)) seen[name].push(await way(round))
  return Object.fromEntries(Object.entries(seen).map(([name, results]) => [name, columns(results)]))
}

const columns = (results) => Object.fromEntries(Object.keys(results[0]).map((key) => [key, results.map((result) => result[key])]))

/** Of two lists, value by value. */
export const minus = (values, less) => values.map((value, n) => value - less[n])

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
    git: execFileSync('git', ['--version'], { encoding: 'utf8' }).trim().replace('git version ', ''),
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
