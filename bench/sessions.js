import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { liveRun } from './live-run.js'
import { median, minus, paired, quantile, timed } from './measure.js'
import { configure, lean, orch, standIn, temporaryRepository } from './temporary-repository.js'

const worker = fileURLToPath(new URL('listeners-worker.js', import.meta.url))
const mebibyte = 2 ** 20

async function inFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const listeners = (what, sessions, env, cwd) =>
  JSON.parse(
    execFileSync(process.execPath, [worker, what, String(sessions), standIn], { encoding: 'utf8', cwd, env: { ...process.env, ...env } }),
  )

/** Sessions that each say so many bytes a second. What orch takes for the very same sessions when they are silent is not counted: it is not about the stream. */
export const chatty = ({ sessions, seconds, bytes, rounds }) =>
  inFolder(async (folder) => {
    const chat = path.join(folder, 'chat.ndjson')
    writeFileSync(chat, chatOf(bytes))
    const env = { BENCH_SECONDS: String(seconds) }
    const talking = { ...env, BENCH_CHAT: chat }
    const ways = {
      silent: () => liveRun({ sessions, env }),
      ours: () => liveRun({ sessions, env: talking }),
      quiet: () => listeners('parse', sessions, env, folder),
      floor: () => listeners('parse', sessions, talking, folder),
    }
    const { silent, ours, quiet, floor } = await paired(ways, rounds)
    const row = (what, beside, values, more) => ({
      what: `${sessions} sessions, ${(bytes / mebibyte).toFixed(1)} MiB/s each for ${seconds} s: ${what}`,
      beside,
      ours: values[0],
      floor: values[1],
      ...more,
    })
    const most = ({ looks }) => looks.map((all) => Math.max(...all.map(megabytes)))
    const [early, late] = [1, 2].map((third) => ours.looks.map((looks) => residentIn(looks, third)))
    return [
      row(
        'processors',
        'reading and parsing each line in one Node process',
        [minus(ours.cpuMs, silent.cpuMs), minus(floor.cpuMs, quiet.cpuMs)],
        {
          unit: 'ms',
          goal: 1.3,
        },
      ),
      row('resident at most', 'the same sessions, silent', [most(ours), most(silent)], { unit: 'MB', most: 250 }),
      row('resident in the last third of the time', 'in the second third', [late, early], { unit: 'MB', goal: 1.1 }),
    ]
  })

const megabytes = ({ residentBytes }) => residentBytes / 1e6

/** Its median in a third (0 to 2) of the time in which all sessions were at work. */
function residentIn(looks, third) {
  const full = looks.filter(({ isFull }) => isFull)
  const [from, to] = [full.at(0).at, full.at(-1).at]
  const at = (part) => from + ((to - from) * part) / 3
  return median(full.filter((look) => look.at >= at(third) && look.at <= at(third + 1)).map(megabytes))
}

/** Messages of an assistant of about a kibibyte each. */
function chatOf(bytes) {
  const content = [{ type: 'text', text: 'All work and no play makes Jack a dull boy. '.repeat(16) }]
  const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'stand-in', content, stop_reason: null, usage }
  const line = `${JSON.stringify({ type: 'assistant', message, parent_tool_use_id: null, session_id: 'bench', uuid: 'u' })}\n`
  return line.repeat(Math.round(bytes / line.length))
}

/** What orch takes while all its agents sleep, in each of three parts of the time. */
export async function sleeping({ sessions, seconds }) {
  const longest = seconds + Math.ceil(sessions / 2) + 10
  const { looks } = await liveRun({ sessions, env: { BENCH_SECONDS: String(longest) } })
  const full = looks.filter(({ isFull }) => isFull)
  const within = full.filter(({ at }) => at - full[0].at <= seconds * 1000)
  const part = (n) => within.slice(Math.floor((n * within.length) / 3), Math.floor(((n + 1) * within.length) / 3) + 1)
  const ours = [0, 1, 2].map((n) => shareOf(part(n).at(0), part(n).at(-1)))
  const floor = await inFolder((folder) => listeners('hold', sessions, { BENCH_SECONDS: String(seconds) }, folder))
  return [
    {
      what: `${sessions} agents asleep: part of one core`,
      beside: 'one Node process that holds as many stand-ins, their start and end included',
      ours,
      floor: (floor.cpuMs / floor.wallMs) * 100,
      unit: '%',
      most: 1,
    },
  ]
}

const shareOf = (first, last) => ((last.cpuMs - first.cpuMs) / (last.at - first.at)) * 100

/** From the end of a session to the first command of the next in the same slot, one task at a time. */
export const turnaround = ({ tasks }) =>
  inFolder((folder) => {
    const repository = temporaryRepository({ milestones: tasks })
    try {
      const stamps = path.join(folder, 'stamps')
      const config = configure(repository, lean({ concurrency: 1, env: { BENCH_STAMPS: stamps } }))
      const spawns = () => Array.from({ length: tasks }, () => spawnOnce(folder))
      const before = spawns()
      timed(process.execPath, [orch, 'run', '--config', config], { cwd: repository.path })
      const floor = [...before, ...spawns()]
      return gaps(parsed(readFileSync(stamps, 'utf8'))).flatMap(({ what, values }) =>
        [0.5, 0.95].map((part) => ({
          what: `from one session to the next, ${what}, the ${part * 100}th of 100`,
          beside: 'spawn of the stand-in to its first command',
          ours: values,
          floor,
          part,
          unit: 'ms',
          ...(part === 0.95 ? { most: quantile(floor, part) + 100 } : {}),
        })),
      )
    } finally {
      repository.remove()
    }
  })

const parsed = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([what, task, step, at]) => ({ what, task, step, at: Number(BigInt(at) / 1000n) / 1000 }))

function gaps(stamps) {
  const inOrder = stamps.toSorted((a, b) => a.at - b.at)
  const pairs = inOrder.slice(1).map((next, n) => ({ last: inOrder[n], next }))
  const between = (last, step) =>
    pairs.filter((p) => p.last.what === 'end' && p.last.step === last && p.next.step === step).map((p) => p.next.at - p.last.at)
  return [
    { what: "of a task's work to its review", values: between('implement', 'review') },
    { what: "of a task's review to the next task", values: between('review', 'implement') },
  ]
}

function spawnOnce(folder) {
  const stamps = path.join(folder, 'floor')
  rmSync(stamps, { force: true })
  const began = performance.timeOrigin + performance.now()
  execFileSync(standIn, { cwd: folder, input: 'do it', env: { ...process.env, ORCH_TASK: 't', ORCH_STEP: 'review', BENCH_STAMPS: stamps } })
  return parsed(readFileSync(stamps, 'utf8'))[0].at - began
}
