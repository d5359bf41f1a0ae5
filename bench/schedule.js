import { execFileSync } from 'node:child_process'
import { withBundled } from './bundled.js'

const minutes = (ms) => ms / 60_000

/** How long a run takes whose sessions are of heavy-tailed lengths, in virtual time: nothing but the order of the tasks counts. */
export async function schedule({ stages, tasks }) {
  const simulated = (worker) => JSON.parse(execFileSync(process.execPath, [worker, String(stages), String(tasks)], { encoding: 'utf8' }))
  const seen = await withBundled('schedule-worker.js', simulated)
  return seen.flatMap(({ slots, bound, barrier, order }) => {
    const row = (what, beside, ours, floor, goal) => ({
      what: `${what}, ${slots} slots`,
      beside,
      ours: minutes(ours),
      floor: minutes(floor),
      unit: 'min',
      goal,
    })
    const size = `makespan of ${stages} × ${tasks} tasks`
    return [
      row(`${size} in stages`, 'list scheduling of each stage', barrier.ours, barrier.listed, 1.05),
      row(`${size} in the order of their dependencies`, 'list scheduling', order.ours, order.listed, 1.05),
      row(`${size} in the order of their dependencies`, 'the same in stages', order.ours, barrier.ours, null),
      row(`${size} in the order of their dependencies`, 'max(longest chain, work / slots)', order.ours, bound, null),
    ]
  })
}
