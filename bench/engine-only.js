import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { paired } from './measure.js'
import { standIn } from './temporary-repository.js'

const worker = fileURLToPath(new URL('engine-worker.js', import.meta.url))

/** The engine with real processes for its sessions, and git and disk in memory. */
export async function engineOnly({ tasks, slots, rounds }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  const ask = (what) =>
    JSON.parse(execFileSync(process.execPath, [worker, what, String(tasks), String(slots), standIn, folder], { encoding: 'utf8' }))
  try {
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
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
