import { execFileSync } from 'node:child_process'
import { withBundled } from './bundled.js'
import { paired } from './measure.js'
import { standIn } from './temporary-repository.js'

/** The engine with real processes for its sessions, and git and disk in memory. */
export const engineOnly = ({ tasks, slots, rounds }) =>
  withBundled('engine-worker.js', async (worker, folder) => {
    const ask = (what) =>
      JSON.parse(execFileSync(process.execPath, [worker, what, String(tasks), String(slots), standIn, folder], { encoding: 'utf8' }))
    const { ours, floor } = await paired({ ours: () => ask('ours'), floor: () => ask('floor') }, rounds)
    const row = (what, beside, of, more) => ({
      what: `engine alone, ${tasks} sessions, ${slots} at once: ${what}`,
      beside,
      ours: of(ours),
      floor: of(floor),
      ...more,
    })
    const aSecond = ({ seconds }) => seconds.map((taken) => tasks / taken)
    const mebibytes = ({ grownBytes }) => grownBytes.map((bytes) => bytes / 2 ** 20)
    return [
      row('tasks a second', 'a bare loop that starts as many', aSecond, { unit: '/s', least: 50 }),
      row('alive at once', 'the same', ({ most }) => most, { unit: 'processes', least: slots }),
      row('memory that it takes beside its own code', 'the same', mebibytes, { unit: 'MiB', most: 300 }),
    ]
  })
