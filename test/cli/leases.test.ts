import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string): string =>
  `# Milestone ${id} - Work ${id}\n## Entry Requirements\n- \`node tell.mjs entry\`\n## Tasks\n1. Do ${id}\n`

/** Writes down what it was given. */
const tell = `import { writeFileSync } from 'node:fs'
const { ORCH_TASK: task, ORCH_PORT: port, ORCH_PORTS: ports, TMPDIR: temp, DATABASE_NAME: name } = process.env
writeFileSync(process.env.HOME + '/' + task + '-' + process.argv[2] + '.json', JSON.stringify({ port, ports, temp, name }))
writeFileSync(temp + '/' + process.argv[2], 'kept apart')
`

/** Serves on the port it was given until the other task serves too; the checks of what the stage begins with serve alone. */
const serve = `import './tell.mjs'
import { createServer } from 'node:http'
import { existsSync } from 'node:fs'
createServer().listen(Number(process.env.ORCH_PORT), () => {
  const timer = setInterval(() => {
    if (process.env.ORCH_TASK !== 'stage-1' && !['1A', '1B'].every((id) => existsSync(process.env.HOME + '/' + id + '-check.json'))) return
    clearInterval(timer)
    setTimeout(() => process.exit(0), 200)
  }, 20)
}).on('error', () => process.exit(1))
`

interface Told {
  readonly port: string
  readonly ports: string
  readonly temp: string
  readonly name: string
}

const homeOf = (rig: Rig): string => rig.env['HOME'] ?? ''
const told = (rig: Rig, name: string): Told => JSON.parse(readFileSync(join(homeOf(rig), `${name}.json`), 'utf8')) as Told
const book = (rig: Rig): unknown => JSON.parse(readFileSync(join(homeOf(rig), '.local/state/orch/leases/leases.json'), 'utf8'))

function leasingRig(agent: string): Rig {
  const rig = Rig.create({
    files: { 'tell.mjs': tell, 'serve.mjs': serve },
    milestones: { '1A': milestone('1A'), '1B': milestone('1B') },
  })
  rig.configure({
    agent: { command: rig.puppet(`const { execFileSync } = await import('node:child_process')\n${agent}`) },
    worktree: { leases: { ports: 5, temp: true, names: ['DATABASE_NAME'] }, setup: ['node tell.mjs setup'] },
    checks: ['node serve.mjs check'],
    review: { enabled: false },
    execution: { concurrency: 2, checkConcurrency: 2 },
  })
  rig.commit('Configure')
  return rig
}

const works = `execFileSync(process.execPath, ['tell.mjs', 'session'])\nscene.write(scene.task + '.txt', 'x')`

describe.skipIf(process.platform === 'win32' || process.platform === 'darwin')('what a worktree leases', () => {
  it('lets the checks of two tasks run a server each at once, and is given back when all is done', async () => {
    await using rig = leasingRig(works)
    const ended = await rig.orch(['run'])
    expect(ended.exitCode, ended.stderr).toBe(0)
    for (const task of ['1A', '1B'])
      for (const who of ['setup', 'entry', 'session']) expect(told(rig, `${task}-${who}`)).toEqual(told(rig, `${task}-check`))
    const [a, b] = [told(rig, '1A-check'), told(rig, '1B-check')]
    expect(Math.abs(Number(a.port) - Number(b.port))).toBeGreaterThanOrEqual(5)
    expect(a.ports).toBe(`${a.port}-${Number(a.port) + 4}`)
    expect(a.temp).not.toBe(b.temp)
    expect(a.name).toMatch(/^orch_1a_[0-9a-f]{10}$/)
    expect(b.name).toMatch(/^orch_1b_[0-9a-f]{10}$/)
    expect(book(rig)).toEqual([])
    expect(readdirSync(join(rig.root, 'tmp')).filter((name) => name.startsWith('orch-'))).toEqual([])
  })

  it('is found again by the next start after a kill -9', async () => {
    await using rig = leasingRig(`if (scene.resumed) { ${works}; return }
execFileSync(process.execPath, ['tell.mjs', 'before'])
await new Promise((resolve) => setTimeout(resolve, 10 ** 8))`)
    const running = rig.start(['run'])
    while (!['1A', '1B'].every((task) => existsSync(join(homeOf(rig), `${task}-before.json`)))) await sleep(20)
    running.kill('SIGKILL')
    await running.ended
    // Both tasks', and that of the place where the stage's start was checked.
    expect(book(rig)).toHaveLength(3)
    const resumed = await rig.orch(['resume'])
    expect(resumed.exitCode, resumed.stderr).toBe(0)
    for (const task of ['1A', '1B']) expect(told(rig, `${task}-session`)).toEqual(told(rig, `${task}-before`))
    expect(book(rig)).toEqual([])
  })
})
