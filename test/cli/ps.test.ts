import { spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestones = { '1A': '# Milestone 1A - Work\n## Tasks\n1. Do it\n## Exit Criteria\n- it is done\n' }

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly elapsedMs: number
  readonly task: string | null
  readonly step: string
  readonly command: string
}

const processesOf = async (rig: Rig): Promise<Row[]> => {
  const { exitCode, stdout } = await rig.orch(['ps', '--json'])
  expect(exitCode).toBe(0)
  return (JSON.parse(stdout) as { processes: Row[] }).processes
}

/** A session that waits for a file, with a command of its own beside it. */
function busyRig(): Rig {
  const rig = Rig.create({ milestones })
  rig.configure({
    agent: {
      command: rig.puppet(`
        if (scene.step === 'review') return scene.review()
        const { existsSync } = await import('node:fs')
        const { spawn } = await import('node:child_process')
        const child = spawn('sleep', ['1000'])
        scene.write('begun.txt', '')
        while (!existsSync(${JSON.stringify(`${rig.root}/go`)})) await new Promise((resolve) => setTimeout(resolve, 20))
        child.kill()
        scene.write('1A.txt', 'x')
      `),
    },
  })
  rig.commit()
  return rig
}

const begun = async (rig: Rig): Promise<void> => {
  const isBegun = (): boolean => {
    const run = /^orch\/(.*)\/1A$/.exec(rig.git('branch', '--list', 'orch/*/1A', '--format=%(refname:short)'))?.[1]
    return run !== undefined && rig.has(`.orch/worktrees/${run}/1A/begun.txt`)
  }
  while (!isBegun()) await sleep(50)
}

describe('orch ps', () => {
  it('lists orch, its session and what that started, each with what it is there for', async () => {
    await using rig = busyRig()
    const running = rig.start(['run'])
    await begun(rig)
    const rows = await processesOf(rig)
    const session = rows.find((r) => r.command.includes('puppet.mjs'))
    expect(rows.map((r) => [r.task, r.step])).toEqual([
      [null, 'orch'],
      ['1A', 'implement'],
      ['1A', 'implement'],
    ])
    expect(rows[0]).toMatchObject({ pid: running.pid, command: expect.stringContaining('run.js run') as string })
    expect(session).toMatchObject({ ppid: running.pid, elapsedMs: expect.any(Number) as number })
    expect(rows.find((r) => r.command === 'sleep 1000')).toMatchObject({ ppid: session?.pid })
    const { stdout } = await rig.orch(['ps'])
    expect(stdout).toMatch(/^ *PID +PPID +ELAPSED +TASK +STEP +COMMAND$/m)
    expect(stdout).toMatch(/ 1A +implement +sleep 1000$/m)
  })

  it('lists what a killed orch left behind, and nothing once that is gone', async () => {
    await using rig = busyRig()
    expect((await rig.orch(['ps'])).stdout).toBe('No process of orch is running.\n')
    const running = rig.start(['run'])
    await begun(rig)
    running.kill('SIGKILL')
    await running.ended
    expect((await processesOf(rig)).map((r) => r.step)).toContain('implement')
    rig.write({ '../go': '' })
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(await processesOf(rig)).toEqual([])
  })
})

describe('orch stop', () => {
  it('lets running sessions finish, starts nothing new, and returns when the run is over', async () => {
    await using rig = busyRig()
    const running = rig.start(['run'])
    await begun(rig)
    const stopping = rig.start(['stop'])
    await stopping.waitFor(/was asked to stop/)
    await running.waitFor(/Stopping: nothing new starts/)
    rig.write({ '../go': '' })
    expect(await stopping.ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('orch resume') as string })
    expect((await running.ended).exitCode).toBe(130)
    expect(rig.facts().map((f) => f.type)).toContain('attempt-finished')
    expect(rig.facts().map((f) => f.type)).not.toContain('review-started')
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
  })

  it('with --now ends them, and leaves nothing behind', async () => {
    await using rig = busyRig()
    const running = rig.start(['run'])
    await begun(rig)
    expect(await rig.orch(['stop', '--now'])).toMatchObject({ exitCode: 0 })
    expect((await running.ended).exitCode).toBe(143)
    expect(rig.processes()).toEqual([])
    expect(await rig.statusJson()).toMatchObject({ run: { state: 'interrupted' } })
  })

  it('has nothing to do when no run is under way', async () => {
    await using rig = Rig.create({ milestones })
    expect(await rig.orch(['stop'])).toMatchObject({ exitCode: 0, stdout: 'No run is under way.\n' })
  })

  it.skipIf(process.platform !== 'linux')('never signals a process that only got the number of one that is gone', async () => {
    await using rig = Rig.create({ milestones })
    const stranger = spawn('sleep', ['1000'])
    try {
      const identity = { pid: stranger.pid, startTime: '1', bootId: null, host: hostname() }
      const realm = `linux ${readlinkSync('/proc/self/ns/pid')}`
      const lock = { ...identity, realm, run: 'r1', command: 'orch run', at: new Date(0).toISOString() }
      rig.write({ '.git/orch.lock': JSON.stringify(lock) })
      expect(await rig.orch(['stop', '--now'])).toMatchObject({ exitCode: 0, stdout: 'No run is under way.\n' })
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    } finally {
      stranger.kill('SIGKILL')
    }
  })

  it('refuses to stop a run of another machine, and says where it is', async () => {
    await using rig = Rig.create({ milestones })
    const lock = { pid: 1, startTime: '1', bootId: null, host: 'elsewhere', realm: 'linux', run: 'r1', command: 'orch run', at: 'then' }
    rig.write({ '.git/orch.lock': JSON.stringify(lock) })
    expect(await rig.orch(['stop'])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('elsewhere') as string })
  })
})
