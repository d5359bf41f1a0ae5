import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/** What puppets here share: eating memory that is really taken, and waiting for a file. */
const prelude = `
  const { existsSync, writeFileSync } = await import('node:fs')
  const { setTimeout: sleep } = await import('node:timers/promises')
  const until = async (name) => { while (!existsSync('ROOT/' + name)) await sleep(20) }
  const tell = (name) => writeFileSync('ROOT/' + name, '')
  const eat = (mebibytes) => (globalThis.eaten ??= []).push(Buffer.alloc(mebibytes * 1024 * 1024, 1))
  if (scene.step === 'review') return scene.review()
`

const puppet = (rig: Rig, body: string): string => rig.puppet(`${prelude.replaceAll('ROOT', rig.root)}\n${body}`)

const waitingFor = async (rig: Rig, id: string) => {
  const status = await rig.statusJson()
  return status.stages.flatMap((s) => s.tasks).find((t) => t.id === id)?.waitingFor
}

describe('the machine', () => {
  it('holds a start while a session has eaten the memory, says why, and goes on when it is free', async () => {
    await using rig = Rig.create({
      milestones: {
        '1A': milestoneText('1A'),
        // The second one comes to the gate when the first has eaten.
        '1B': milestoneText('1B', { entry: ['`while [ ! -f "$HOME/../eaten" ]; do sleep 0.05; done`'] }),
      },
    })
    rig.configure({
      agent: {
        command: puppet(
          rig,
          `if (scene.task === '1A') { eat(450); tell('eaten'); await until('enough') }
           scene.write(scene.task + '.txt', 'x')`,
        ),
      },
      execution: { concurrency: 2, retries: 0 },
      resources: { maxMemory: '700MiB', perTaskMemory: '250MiB', sample: '100ms' },
    })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => rig.facts().some((f) => f.type === 'start-held' && f.task === '1B'))
    expect(await waitingFor(rig, '1B')).toMatchObject({
      reason: 'resources',
      until: null,
      detail: expect.stringMatching(/^memory: [\d.]+ [GM]iB free, 0 MiB reserved, needs 0\.2$/),
    })
    writeFileSync(join(rig.root, 'enough'), '')
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    expect(running.printed()).toContain('1B waits to start: memory: ')
    const types = rig.facts().map((f) => f.type)
    for (const type of ['session-frozen', 'attempt-interrupted', 'attempt-failed']) expect(types).not.toContain(type)
    const peaks = JSON.parse(rig.read('.orch/peaks.json')) as { programs: Record<string, { implement: { memory: number }[] }> }
    expect(Object.values(peaks.programs)[0]?.implement.some(({ memory }) => memory > 450 * 1024 ** 2)).toBe(true)
  })

  it('freezes the youngest session when memory runs out, ends it, and continues it later without burning a retry', async () => {
    await using rig = Rig.create({
      milestones: {
        '1A': milestoneText('1A'),
        '1B': milestoneText('1B', { entry: ['`while [ ! -f "$HOME/../begun" ]; do sleep 0.05; done`'] }),
      },
    })
    rig.configure({
      agent: {
        command: puppet(
          rig,
          `if (scene.task === '1A') { tell('begun'); await until('enough') }
           if (scene.task === '1B' && !scene.resumed) { eat(600); await until('never') }
           scene.write(scene.task + '.txt', 'x')`,
        ),
      },
      execution: { concurrency: 2, retries: 0 },
      resources: { maxMemory: '600MiB', perTaskMemory: '100MiB', sample: '150ms' },
    })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => rig.facts().some((f) => f.type === 'attempt-interrupted'))
    writeFileSync(join(rig.root, 'enough'), '')
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    const story = rig
      .facts()
      .flatMap((f) => (f.type === 'session-frozen' || f.type === 'attempt-interrupted' ? [`${f.type} ${f.task}`] : []))
    expect(story.slice(0, 2)).toEqual(['session-frozen 1B', 'attempt-interrupted 1B'])
    expect(story.every((s) => s.endsWith('1B'))).toBe(true)
    const status = await rig.statusJson()
    expect(status.stages[0]?.tasks.map((t) => [t.id, t.state, t.attempts])).toEqual([
      ['1A', 'merged', 1],
      ['1B', 'merged', 1],
    ])
    expect(rig.processes()).toEqual([])
  })

  it('gives each session its share of the subagents, and heap settings where they are wanted', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A') } })
    rig.configure({
      agent: {
        command: puppet(
          rig,
          `const { CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS: share, NODE_OPTIONS: options } = process.env
           scene.write('told.json', JSON.stringify({ share, options }))`,
        ),
      },
      execution: { concurrency: 3 },
      resources: { subagents: 10, nodeOptions: true },
    })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const told = JSON.parse(rig.read('told.json')) as { share: string; options: string }
    expect(told.share).toBe('3')
    expect(told.options).toMatch(/^--max-old-space-size=\d+ --max-semi-space-size=\d+$/)
  })
})

describe('orch hardware and orch exec', () => {
  it('tell what is here, write it where it is wanted, and start the agent with it', async () => {
    await using rig = Rig.create()
    const script = join(rig.root, 'agent.mjs')
    writeFileSync(
      script,
      `import { getHeapStatistics } from 'node:v8'
       console.log(JSON.stringify({ args: process.argv.slice(2), heapMiB: getHeapStatistics().heap_size_limit / 1024 ** 2 }))
       process.exitCode = 7`,
    )
    rig.configure({ agent: { command: script } })
    const json = JSON.parse((await rig.orch(['hardware', '--format', 'json'])).stdout) as {
      hardware: { memory: number }
      node: { heapMiB: number }
      agent: { kind: string }
    }
    expect(json.hardware.memory).toBeGreaterThan(0)
    expect(json.agent.kind).toBe('node')
    const written = await rig.orch(['hardware', '--format', 'env', '--write', 'node.env'])
    expect(written).toMatchObject({ exitCode: 0, stdout: '' })
    expect(rig.read('node.env')).toContain(`--max-old-space-size=${json.node.heapMiB} `)
    const executed = await rig.orch(['exec', '--', '-p', '--model', 'x y'])
    expect(executed.exitCode).toBe(7)
    const said = JSON.parse(executed.stdout) as { args: string[]; heapMiB: number }
    expect(said.args).toEqual(['-p', '--model', 'x y'])
    // The setting took: V8 adds the young generation and some room of its own.
    expect(said.heapMiB).toBeGreaterThanOrEqual(json.node.heapMiB)
  })
})
