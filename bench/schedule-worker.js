// node bench/schedule-worker.js <stages> <tasks of each>: the engine in virtual time, with sessions of heavy-tailed lengths; prints makespans as JSON.

import { write } from '../test/support/simulation/acts.ts'
import { World } from '../test/support/simulation/world.ts'
import { aMilestone } from '../test/support/work.ts'

const [stages, tasks] = process.argv.slice(2).map(Number)
const slotCounts = [4, 8, 16]
/** What the agent in memory takes before it begins. */
const startMs = 1000

/** Numbers from 0 to 1, the same at every run (mulberry32). */
function numbers(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Log-normal with a median of eight minutes: some sessions take an hour (Box and Muller). */
const next = numbers(7)
const length = () => Math.round(480_000 * Math.exp(0.9 * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())))

const letter = (n) => String.fromCharCode(65 + n)
const idOf = (stage, n) => `${stage + 1}${letter(n)}`
const lengths = Array.from({ length: stages }, () => Array.from({ length: tasks }, length))

/** Each stage begins when the one before it has ended. */
const barred = lengths.flatMap((row, stage) => row.map((ms, n) => ({ id: idOf(stage, n), stage: stage + 1, ms, depends: [] })))
/** One stage, each task after its own predecessor only. */
const chained = lengths.flatMap((row, stage) =>
  row.map((ms, n) => ({ id: chainedId(stage, n), stage: 1, ms, depends: stage === 0 ? [] : [chainedId(stage - 1, n)] })),
)

function chainedId(stage, n) {
  return `1${letter(stage)}${letter(n)}`
}

async function makespan(plan, slots) {
  const ms = new Map(plan.map((task) => [task.id, task.ms]))
  const world = new World({
    milestones: plan.map(({ id, stage, depends }) => aMilestone({ id, stage, depends })),
    concurrency: slots,
    config: (config) => ({
      ...config,
      review: { ...config.review, enabled: false },
      execution: { ...config.execution, spawnPerMinute: null },
      health: { ...config.health, stuckAfterMs: 2 ** 40 },
      resources: { ...config.resources, perTaskMemory: 1 },
    }),
    act: async (request, files, clock) => {
      await clock.pass(ms.get(request.task) ?? 0)
      return write(request, files, clock)
    },
  })
  const { ending } = await world.run()
  if (ending !== 'done') throw new Error(`the run ended ${ending}`)
  return world.clock.elapsed
}

/** The first task in the plan's order that may begin goes to the first slot that is free (Graham). */
function listed(plan, slots) {
  const free = Array.from({ length: slots }, () => 0)
  const ends = new Map()
  for (let left = plan; left.length > 0; ) {
    const now = Math.min(...free)
    const ready = left.find((task) => task.depends.every((d) => ends.get(d) <= now))
    const slot = free.indexOf(now)
    if (ready === undefined) free[slot] = Math.min(...[...ends.values()].filter((end) => end > now))
    else {
      ends.set(ready.id, now + startMs + ready.ms)
      free[slot] = ends.get(ready.id)
      left = left.filter((task) => task !== ready)
    }
  }
  return Math.max(...ends.values())
}

const byStage = (slots) =>
  lengths.reduce((sum, _, stage) => {
    const plan = barred.filter((task) => task.stage === stage + 1)
    return sum + listed(plan, slots)
  }, 0)
/** No schedule is shorter: neither the longest chain nor the work of all divided by the slots. */
const bound = (slots) => {
  const chains = lengths[0].map((_, n) => lengths.reduce((sum, row) => sum + row[n] + startMs, 0))
  const work = lengths.flat().reduce((sum, ms) => sum + ms + startMs, 0)
  return Math.max(...chains, work / slots)
}

const seen = []
for (const slots of slotCounts)
  seen.push({
    slots,
    bound: bound(slots),
    barrier: { ours: await makespan(barred, slots), listed: byStage(slots) },
    order: { ours: await makespan(chained, slots), listed: listed(chained, slots) },
  })
process.stdout.write(JSON.stringify(seen))
