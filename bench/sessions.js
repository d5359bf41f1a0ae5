import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { inFolder, listeners } from './listeners.js'
import { liveRun } from './live-run.js'
import { quantile, timed } from './measure.js'
import { configure, lean, orch, standIn, temporaryRepository } from './temporary-repository.js'

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
      return gaps(parsed(readFileSync(stamps, 'utf8'))).flatMap(({ what, values, mostMore }) =>
        [0.5, 0.95].map((part) => ({
          what: `from one session to the next, ${what}, the ${part * 100}th of 100`,
          beside: 'spawn of the stand-in to its first command',
          ours: values,
          floor,
          part,
          unit: 'ms',
          ...(part === 0.95 && mostMore !== undefined ? { most: quantile(floor, part) + mostMore } : {}),
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
    { what: "of a task's work to its review", values: between('implement', 'review'), mostMore: 100 },
    { what: "of a task's review to the next task, whose worktree is made on the way", values: between('review', 'implement') },
  ]
}

function spawnOnce(folder) {
  const stamps = path.join(folder, 'floor')
  rmSync(stamps, { force: true })
  const began = performance.timeOrigin + performance.now()
  execFileSync(standIn, { cwd: folder, input: 'do it', env: { ...process.env, ORCH_TASK: 't', ORCH_STEP: 'review', BENCH_STAMPS: stamps } })
  return parsed(readFileSync(stamps, 'utf8'))[0].at - began
}
