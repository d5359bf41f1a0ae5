// node bench/journal-worker.js make|save|resume|resume-from-facts|parse <run folder> [number]: prints what it measured as JSON.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { openJournal } from '../src/adapters/store/journal.ts'
import { recorded, runStarted, stageStarted, wholeLife } from '../test/support/facts.ts'
import { aMilestone } from '../test/support/work.ts'
import { letters } from './temporary-repository.js'

const [what, folder, number] = process.argv.slice(2)
const clock = { now: Date.now }
const journalIn = async (runFolder = folder) => {
  const opened = await openJournal({ runFolder, orchVersion: '0', clock, listeners: [] })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  return opened.value
}
const since = (began) => performance.now() - began
const file = (name) => path.join(folder, name)

/** A run in which every task was approved: facts and, after its first opening, a checkpoint. */
async function make(tasks) {
  mkdirSync(folder, { recursive: true })
  const milestones = Array.from({ length: tasks }, (_, n) => aMilestone({ id: `1${letters(n)}` }))
  const story = [runStarted(milestones), stageStarted(1, milestones), ...milestones.flatMap(({ id }) => wholeLife(id))]
  const lines = recorded(story, path.basename(folder)).map((fact) => JSON.stringify(fact))
  writeFileSync(file('facts.ndjson'), `${lines.join('\n')}\n`)
  await (await journalIn()).close()
  return {}
}

/** Facts one after the other, each on the disk before the next; then the same bytes by hand. */
async function save(facts) {
  const journal = await journalIn()
  const before = readFileSync(file('facts.ndjson')).length
  let began = performance.now()
  for (let n = 0; n < facts; n++) await journal.record({ type: 'task-approved', task: '1A', commit: 'c'.repeat(40) })
  const ours = since(began) / facts
  await journal.close()
  const line = Buffer.alloc(Math.round((readFileSync(file('facts.ndjson')).length - before) / facts), 'x')
  const handle = await open(file('floor'), 'a')
  began = performance.now()
  for (let n = 0; n < facts; n++) {
    await handle.appendFile(line)
    await handle.datasync()
  }
  const floor = since(began) / facts
  await handle.close()
  return { ours, floor }
}

async function resume(runFolder = folder) {
  const began = performance.now()
  await journalIn(runFolder)
  return { ms: since(began) }
}

/** As if no checkpoint had been written. */
function resumeFromFacts() {
  const beside = path.join(folder, 'from-facts', path.basename(folder))
  mkdirSync(beside, { recursive: true })
  cpSync(file('facts.ndjson'), path.join(beside, 'facts.ndjson'))
  return resume(beside)
}

async function parse() {
  const began = performance.now()
  JSON.parse(readFileSync(file('checkpoint.json'), 'utf8'))
  return { ms: since(began) }
}

const ways = {
  make: () => make(Number(number)),
  save: () => save(Number(number)),
  resume: () => resume(),
  'resume-from-facts': resumeFromFacts,
  parse,
}
process.stdout.write(JSON.stringify(await ways[what]()))
