import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { withBundled } from './bundled.js'
import { paired } from './measure.js'

/** What saving a fact durably costs in a run of so many tasks, and what reading such a run back costs. */
export const checkpoint = ({ sizes, facts, rounds }) =>
  withBundled('journal-worker.js', async (worker, folder) => {
    const ask = (what, tasks, ...more) =>
      JSON.parse(
        execFileSync(process.execPath, [worker, what, path.join(folder, String(tasks)), ...more.map(String)], { encoding: 'utf8' }),
      )
    for (const tasks of sizes) ask('make', tasks, tasks)
    const ways = Object.fromEntries(sizes.map((tasks) => [tasks, () => ask('save', tasks, facts)]))
    const saves = await paired(ways, rounds)
    const reads = []
    for (const tasks of sizes) reads.push(...(await readBack((what) => ask(what, tasks), tasks, rounds)))
    return [...sizes.map((tasks) => saved(tasks, saves[tasks])), ...flat(sizes, saves), ...reads]
  })

const saved = (tasks, { ours, floor }) => ({
  what: `a fact saved durably, ${tasks} tasks`,
  beside: 'append and fdatasync of the same bytes',
  ours,
  floor,
  unit: 'ms',
  goal: 2,
})

/** That it does not grow with the run. */
const flat = ([least, ...more], saves) =>
  more.map((tasks) => ({
    what: `a fact saved durably, ${tasks} tasks`,
    beside: `the same, ${least} tasks`,
    ours: saves[tasks].ours,
    floor: saves[least].ours,
    unit: 'ms',
    goal: 1.2,
  }))

async function readBack(ask, tasks, rounds) {
  const ways = { resume: () => ask('resume'), parse: () => ask('parse'), resumeFromFacts: () => ask('resume-from-facts') }
  const { resume, parse, resumeFromFacts } = await paired(ways, rounds)
  const beside = 'reading and parsing the state once'
  const row = (what, ours) => ({
    what: `${what}, ${tasks} tasks`,
    beside,
    ours,
    floor: parse.ms,
    unit: 'ms',
    goal: tasks >= 10_000 ? 4 : null,
  })
  return [row('resume after a kill', resume.ms), row('resume after a kill, from the facts alone', resumeFromFacts.ms)]
}
