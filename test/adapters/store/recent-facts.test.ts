import { mkdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readFacts } from '../../../src/adapters/store/facts-log.js'
import { recentFacts } from '../../../src/adapters/store/recent-facts.js'
import { tempFolder } from './rig.js'

const day = 24 * 3_600_000
const now = Date.parse('2026-07-31T12:00:00.000Z')

/** Thirty runs, one a day, the last of them today. */
async function aMonthOfRuns(): Promise<string> {
  const folder = await tempFolder()
  for (let ago = 0; ago < 30; ago++) {
    const at = new Date(now - ago * day)
    const run = `${at.toISOString().slice(0, 10).replaceAll('-', '')}-120000-aaaa`
    const file = path.join(folder, run, 'facts.ndjson')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify({ seq: 1, at: at.toISOString(), run, type: 'run-resumed' })}\n`)
    await utimes(file, at, at)
  }
  return folder
}

test.each([
  ['all of them', {}, 30],
  ['those of the last 20', { runs: 20 }, 20],
  ['those of the last day', { since: now - day }, 2],
])('the facts of %s are read and no others, the oldest first', async (_, which, count) => {
  let reads = 0
  const facts = await recentFacts(await aMonthOfRuns(), which, (file) => {
    reads++
    return readFacts(file)
  })
  expect(reads).toBe(count)
  expect(facts.map(([first]) => first?.at)).toEqual(
    Array.from({ length: count }, (_unused, i) => new Date(now - (count - 1 - i) * day).toISOString()),
  )
})
