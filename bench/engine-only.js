import { execFileSync } from 'node:child_process'
import { withBundled } from './bundled.js'
import { paired } from './measure.js'
import { standIn } from './temporary-repository.js'

/** How long a session lasts where it is to be seen how many there are at once. */
const lastingSeconds = 5

/** The engine with real processes for its sessions, and git and disk in memory. */
export const engineOnly = ({ tasks, slots, rounds }) =>
  withBundled('engine-worker.js', async (worker, folder) => {
    const ask = (what, count, seconds) => {
      const args = [worker, what, String(count), String(slots), standIn, folder]
      return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, BENCH_SECONDS: String(seconds) } }))
    }
    const ways = (...size) => ({ ours: () => ask('ours', ...size), floor: () => ask('floor', ...size) })
    const brief = await paired(ways(tasks, 0), rounds)
    // What ends at once leaves no time to start all the others beside it.
    const lasting = await paired(ways(slots, lastingSeconds), 1)
    const row = (what, beside, of, { seen = brief, count = tasks, ...more }) => ({
      what: `engine alone, ${count} sessions, ${slots} at once: ${what}`,
      beside,
      ours: of(seen.ours),
      floor: of(seen.floor),
      ...more,
    })
    const aSecond = ({ seconds }) => seconds.map((taken) => tasks / taken)
    const mebibytes = ({ grownBytes }) => grownBytes.map((bytes) => bytes / 2 ** 20)
    return [
      row('tasks a second', 'a bare loop that starts as many', aSecond, { unit: '/s', least: 50 }),
      row('alive at once', 'the same', ({ most }) => most, { seen: lasting, count: slots, unit: 'processes', least: slots }),
      row('memory that it takes beside its own code', 'the same', mebibytes, { unit: 'MiB', most: 300 }),
    ]
  })
