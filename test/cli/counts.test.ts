import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../support/build.js'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

const ids = ['1A', '1B', '1C', '1D'] as const
const preload = pathToFileURL(join(projectRoot, 'test', 'support', 'kill', 'preload.mjs')).href

interface Counts {
  readonly git: number
  readonly facts: number
  /** Files made, renamed, removed or opened for writing. */
  readonly files: number
  readonly factBytes: number
}

/** What a whole run with so many tasks, one at a time, asks of the system. */
async function countsOf(tasks: number): Promise<Counts> {
  const chosen = ids.slice(0, tasks)
  await using rig = Rig.create({ milestones: Object.fromEntries(chosen.map((id) => [id, milestoneText(id)])) })
  const command = rig.puppet("if (scene.step !== 'review') scene.write(scene.task + '.txt', 'done')")
  rig.configure({ agent: { command, sandbox: 'off' }, execution: { concurrency: 1 }, review: { scope: ['task'] } })
  const log = join(rig.root, 'counts.log')
  writeFileSync(log, '')
  const { exitCode, stderr } = await rig.orch(['run'], { env: { NODE_OPTIONS: `--import ${preload}`, KILL_LOG: log } })
  expect(exitCode, stderr).toBe(0)
  const lines = readFileSync(log, 'utf8').split('\n')
  const count = (kind: string): number => lines.filter((line) => line.startsWith(`${kind} `)).length
  const bytes = rig.facts().reduce((sum, fact) => sum + JSON.stringify(fact).length + 1, 0)
  return { git: count('git'), facts: count('fact'), files: count('file'), factBytes: bytes }
}

/** Time says nothing on a busy machine; what is asked of git and of the disk does. Lower these when it becomes less. */
const most: Counts = { git: 56, facts: 9, files: 39, factBytes: 3300 }

describe.skipIf(process.platform === 'win32')('the cost of one task more', () => {
  test('in git processes, syncs of facts, changed files and bytes stays what it was', async () => {
    const [few, many] = [await countsOf(2), await countsOf(3)]
    const more = Object.fromEntries(Object.entries(many).map(([what, count]) => [what, count - few[what as keyof Counts]]))
    for (const [what, limit] of Object.entries(most)) expect.soft(more[what], `${what}: ${JSON.stringify(more)}`).toBeLessThanOrEqual(limit)
  })
})
