import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { liveRun } from './live-run.js'
import { quantile, timed } from './measure.js'
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
export const chatty = ({ sessions, seconds, bytes }) =>
  inFolder(async (folder) => {
    const chat = path.join(folder, 'chat.ndjson')
    writeFileSync(chat, chatOf(bytes))
    const env = { BENCH_SECONDS: String(seconds) }
    const talking = { ...env, BENCH_CHAT: chat }
    const silent = await liveRun({ sessions, env })
    const ours = await liveRun({ sessions, env: talking })
    const quiet = listeners('parse', sessions, env, folder)
    const floor = listeners('parse', sessions, talking, folder)
    const what = `${sessions} sessions, ${(bytes / mebibyte).toFixed(1)} MiB/s each for ${seconds} s`
    const beside = 'reading and parsing each line in one Node process'
    return [
      { what: `${what}: processors`, beside, ours: ours.cpuMs - silent.cpuMs, floor: floor.cpuMs - quiet.cpuMs, unit: 'ms', goal: 1.3 },
      {
        what: `${what}: resident at most`,
        beside: 'the same sessions, silent',
        ours: ours.residentBytes / mebibyte,
        floor: silent.residentBytes / mebibyte,
        unit: 'MiB',
        goal: null,
        most: 250,
      },
    ]
  })

/** Messages of an assistant of about a kibibyte each. */
function chatOf(bytes) {
  const content = [{ type: 'text', text: 'All work and no play makes Jack a dull boy. '.repeat(16) }]
  const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'stand-in', content, stop_reason: null, usage }
  const line = `${JSON.stringify({ type: 'assistant', message, parent_tool_use_id: null, session_id: 'bench', uuid: 'u' })}\n`
  return line.repeat(Math.round(bytes / line.length))
}

/** What orch takes while all its agents sleep. */
export async function sleeping({ sessions, seconds }) {
  const looks = []
  const watch = (look) => look.begun === sessions && looks.push(look)
  const longest = seconds + Math.ceil(sessions / 2) + 10
  await liveRun({ sessions, env: { BENCH_SECONDS: String(longest) }, watch })
  const [first] = looks
  const last = looks.findLast(({ at }) => at - first.at <= seconds * 1000)
  const ours = (last.cpuMs - first.cpuMs) / (last.at - first.at)
  const floor = await inFolder((folder) => listeners('hold', sessions, { BENCH_SECONDS: String(seconds) }, folder))
  const beside = 'one Node process that holds as many stand-ins, their start and end included'
  return [
    {
      what: `${sessions} agents asleep: part of one core`,
      beside,
      ours: ours * 100,
      floor: (floor.cpuMs / floor.wallMs) * 100,
      unit: '%',
      goal: null,
      most: 1,
    },
  ]
}

/** From the end of a task's session to the first command of its review, one task at a time: what it wrote is committed, and no worktree is made. */
export const turnaround = ({ tasks }) =>
  inFolder((folder) => {
    const repository = temporaryRepository({ milestones: tasks })
    try {
      const stamps = path.join(folder, 'stamps')
      const config = configure(repository, lean({ concurrency: 1, env: { BENCH_STAMPS: stamps } }))
      timed(process.execPath, [orch, 'run', '--config', config], { cwd: repository.path })
      const ours = gaps(readFileSync(stamps, 'utf8'))
      const floor = Array.from({ length: tasks }, () => spawnOnce(folder))
      const row = (part, goal) => ({
        what: `from one session to the next, the ${part * 100}th of 100`,
        beside: 'spawn of the stand-in to its first command',
        ours: quantile(ours, part),
        floor: quantile(floor, part),
        unit: 'ms',
        goal: null,
        ...(goal ? { most: quantile(floor, part) + 100 } : {}),
      })
      return [row(0.5, false), row(0.95, true)]
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

function gaps(text) {
  const stamps = parsed(text)
  const at = (what, task, step) => stamps.find((s) => s.what === what && s.task === task && s.step === step).at
  const tasks = new Set(stamps.filter((s) => s.step === 'review').map((s) => s.task))
  return [...tasks].map((task) => at('begin', task, 'review') - at('end', task, 'implement'))
}

function spawnOnce(folder) {
  const stamps = path.join(folder, 'floor')
  rmSync(stamps, { force: true })
  const began = performance.timeOrigin + performance.now()
  execFileSync(standIn, { cwd: folder, input: 'do it', env: { ...process.env, ORCH_TASK: 't', ORCH_STEP: 'review', BENCH_STAMPS: stamps } })
  return parsed(readFileSync(stamps, 'utf8'))[0].at - began
}
