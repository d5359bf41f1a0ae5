import { spawn } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { askYesOrNo } from '../../src/ui/ask.js'
import { Rig } from '../support/rig.js'

const stubborn = `process.on('SIGTERM', () => {}); require('fs').writeFileSync(process.env.HOME + '/begun', ''); setInterval(() => {}, 10 ** 8)`

/** A session that never ends, with a process of its own that left its group and parent and ignores SIGTERM. */
function hangingRig(): Rig {
  const rig = Rig.create({ milestones: { '1A': '# Milestone 1A - Work\n## Tasks\n1. Do it\n' } })
  const agent = `const { spawn } = await import('node:child_process')
spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached: true, stdio: 'ignore' }).unref()
await new Promise((resolve) => setTimeout(resolve, 10 ** 8))`
  rig.configure({ agent: { command: rig.puppet(agent) }, health: { killGrace: '300ms' }, review: { enabled: false } })
  rig.commit('Configure')
  return rig
}

async function begun(rig: Rig): Promise<void> {
  while (!existsSync(join(rig.env['HOME'] ?? '', 'begun'))) await sleep(20)
}

async function leftBehind(): Promise<Rig> {
  const rig = hangingRig()
  const running = rig.start(['run'])
  await begun(rig)
  running.kill('SIGKILL')
  await running.ended
  return rig
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A program of the person's that is called like the agent. */
function decoyIn(rig: Rig) {
  const program = join(rig.root, 'claude')
  copyFileSync('/bin/sleep', program)
  return spawn(program, ['1000'], { stdio: 'ignore' })
}

describe.skipIf(process.platform !== 'linux')('orch clean --processes', () => {
  it('shows what was left running and ends nothing when it is only asked or cannot ask', async () => {
    await using rig = await leftBehind()
    const before = rig.processes().sort()
    expect(before.length).toBeGreaterThanOrEqual(2)
    const dry = await rig.orch(['clean', '--processes', '--dry-run'])
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' })
    expect(dry.stdout).toMatch(/^ *PID +PPID +ELAPSED +TASK +STEP +COMMAND/)
    for (const pid of before) expect(dry.stdout).toContain(String(pid))
    const unasked = await rig.orch(['clean', '--processes'])
    expect(unasked.stdout).toContain('next: orch clean --processes --force')
    expect(rig.processes().sort()).toEqual(before)
  })

  it('ends them with --force, the stubborn too, but no other program called claude, nor itself', async () => {
    await using rig = await leftBehind()
    const decoy = decoyIn(rig)
    try {
      const run = rig.facts()[0]?.run ?? ''
      const ended = await rig.orch(['clean', '--processes', '--force', '--quiet'], { env: { ORCH_MARKER: run } })
      expect(ended).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
      expect(rig.processes()).toEqual([])
      expect(isAlive(decoy.pid ?? 0)).toBe(true)
      expect((await rig.orch(['clean', '--processes'])).stdout).toContain('No process was left running.')
    } finally {
      decoy.kill('SIGKILL')
    }
  })

  it('says in JSON what became of each', async () => {
    await using rig = await leftBehind()
    const { stdout } = await rig.orch(['clean', '--processes', '--force', '--json'])
    const { processes } = JSON.parse(stdout) as { processes: { pid: number; task: string | null; ended: boolean }[] }
    expect(processes.length).toBeGreaterThanOrEqual(2)
    expect(processes.every((one) => one.ended && one.task === '1A')).toBe(true)
    expect(rig.processes()).toEqual([])
  })

  it('leaves a run that is under way alone, unless its processes are asked for; never orch itself', async () => {
    await using rig = hangingRig()
    const running = rig.start(['run'])
    await begun(rig)
    const before = rig.processes().length
    const spared = await rig.orch(['clean', '--processes', '--force'])
    expect(spared.stdout).toContain('under way')
    expect(rig.processes().length).toBe(before)
    const taken = await rig.orch(['clean', '--processes', '--force', '--running'])
    expect(taken.exitCode, taken.stderr).toBe(0)
    expect(taken.stdout).toMatch(/Ended \d+ process/)
    expect(isAlive(running.pid)).toBe(true)
  })
})

describe('the question before processes are ended', () => {
  it.each([
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['no\n', false],
    [null, false],
  ])('answered with %j means %s', async (typed, meant) => {
    const input = new PassThrough()
    const answer = askYesOrNo('End these 2 processes?', { input, output: new PassThrough() })
    if (typed === null) input.end()
    else input.write(typed)
    expect(await answer).toBe(meant)
  })
})
