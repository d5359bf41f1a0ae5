import { execFileSync } from 'node:child_process'
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
  /** Without the digits of numbers and the path of the repository, which differ from run to run. */
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
  const without = (_: string, value: unknown): unknown => (typeof value === 'number' ? 0 : value)
  const bytes = rig.facts().reduce((sum, fact) => sum + JSON.stringify(fact, without).replaceAll(rig.root, '').length + 1, 0)
  return { git: count('git'), facts: count('fact'), files: count('file'), factBytes: bytes }
}

/** Bytes of the heap for each fact that is folded and each line of a session that is read, on Node 20. */
const allocated: Readonly<Record<string, number>> = { fact: 3320, delta: 257, text: 1692, tool: 1430, 'tool result': 1926 }
/** Each Node allocates otherwise. */
const slack = 1.2

const howToUpdate =
  'If the change is meant: npx vitest run --project cli test/cli/counts.test.ts -u, and say in the commit what became more and why.'

// Time says nothing on a busy machine; what is asked of git, of the disk and of the heap does. Elsewhere the system is asked in other ways.
describe.skipIf(process.platform !== 'linux')('the cost of one task more', () => {
  test('in git processes, syncs of facts, changed files and bytes is exactly what it was', async () => {
    const [few, many] = [await countsOf(2), await countsOf(3)]
    const more = Object.fromEntries(Object.entries(many).map(([what, count]) => [what, count - few[what as keyof Counts]]))
    expect(more, howToUpdate).toMatchInlineSnapshot(`
      {
        "factBytes": 3101,
        "facts": 9,
        "files": 20,
        "git": 25,
      }
    `)
  })
})

describe('the heap', () => {
  // Without compiled code, whose moment is not the same each time, and without a collection in between: then two runs differ by a thousandth.
  const flags = ['--expose-gc', '--no-opt', '--no-sparkplug', '--single-threaded', '--min-semi-space-size=64', '--max-semi-space-size=64']

  test('that one fact and one line of a session take is no more than a fifth above what it was', () => {
    const program = join(projectRoot, 'test', 'support', 'allocations.mjs')
    const taken = JSON.parse(execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' })) as Record<string, number>
    for (const [what, bytes] of Object.entries(allocated))
      expect.soft(taken[what], `${what}: ${JSON.stringify(taken)}`).toBeLessThanOrEqual(bytes * slack)
  })
})
