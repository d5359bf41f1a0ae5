// node bench/engine-worker.js ours|floor <tasks> <at once> <stand-in> <folder>: starts the stand-in once for each task; prints seconds, and by how much it grew, as JSON.
// ours: the engine decides, git and the disk are in memory, the processes are real. floor: a bare loop.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import pMap from 'p-map'
import { startLineChild } from '../src/adapters/processes/line-child.ts'
import { write } from '../test/support/simulation/acts.ts'
import { World } from '../test/support/simulation/world.ts'
import { aMilestone } from '../test/support/work.ts'
import { letters } from './temporary-repository.js'

const [what, number, slots, standIn, folder] = process.argv.slice(2)
const [tasks, concurrency] = [Number(number), Number(slots)]
let [alive, most] = [0, 0]
const counted = async (work) => {
  most = Math.max(most, ++alive)
  await work()
  alive--
}

const envOf = (task) => ({ PATH: process.env.PATH, BENCH_SECONDS: process.env.BENCH_SECONDS, ORCH_TASK: task, ORCH_STEP: 'review' })

async function byOrch(request) {
  const marker = request.session
  const ladder = { interruptMs: 0, terminateMs: 0 }
  const launch = { file: standIn, args: [], shell: false, cwd: folder, env: envOf(request.task), marker, input: 'do it', ladder }
  let last = ''
  const hear = (said) => {
    last = said.at(-1).bytes.toString().trimEnd().split('\n').at(-1)
  }
  const end = await startLineChild(launch, hear).ended
  if (end.kind !== 'exited' || end.exitCode !== 0 || JSON.parse(last).type !== 'result') throw new Error(JSON.stringify(end))
}

function byHand(task) {
  const child = spawn(standIn, [], { cwd: folder, env: envOf(task), stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end('do it')
  child.stdout.resume()
  return new Promise((resolve) => child.on('close', resolve))
}

const ways = {
  ours: async () => {
    const milestones = Array.from({ length: tasks }, (_, n) => aMilestone({ id: `1${letters(n)}` }))
    const world = new World({
      milestones,
      concurrency,
      config: (config) => ({
        ...config,
        review: { ...config.review, enabled: false },
        execution: { ...config.execution, spawnPerMinute: null },
        resources: { ...config.resources, perTaskMemory: 1 },
      }),
      act: async (request, files, clock) => {
        await counted(() => byOrch(request))
        return write(request, files, clock)
      },
    })
    const { ending } = await world.run()
    if (ending !== 'done') throw new Error(`the run ended ${ending}: ${JSON.stringify(world.state.stages[0].failure)}`)
  },
  floor: () =>
    pMap(
      Array.from({ length: tasks }, (_, n) => `t${n}`),
      (task) => counted(() => byHand(task)),
      { concurrency },
    ),
}

/** Resident at most. `resourceUsage` has what the process was forked from in it. */
const mostBytes = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024

const before = process.memoryUsage.rss()
const began = performance.now()
await ways[what]()
const seconds = (performance.now() - began) / 1000
process.stdout.write(JSON.stringify({ seconds, most, grownBytes: Math.max(0, mostBytes() - before) }))
