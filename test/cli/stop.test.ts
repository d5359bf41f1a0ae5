import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Launched } from '../support/launch.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

const milestone = (id: string): string => `# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n`

/** Three tasks, two at a time; their sessions do not end before they are told to, unless they are resumed. */
function patientRig(): Rig {
  const rig = Rig.create({ milestones: { '1A': milestone('1A'), '1B': milestone('1B'), '2A': milestone('2A') } })
  const puppet = rig.puppet(`
    const { appendFileSync, existsSync } = await import('node:fs')
    appendFileSync(${JSON.stringify(startsFile(rig))}, scene.step + ' ' + scene.task + ' ' + process.pid + '\\n')
    if (scene.step === 'review') return scene.review()
    scene.write(scene.task + '.txt', 'x\\n')
    while (!scene.resumed && !existsSync(${JSON.stringify(leaveFile(rig))})) await new Promise((r) => setTimeout(r, 20))
    scene.done()
  `)
  rig.configure({ agent: { command: puppet }, execution: { concurrency: 2, retryDelay: '10ms' } })
  rig.commit()
  return rig
}

const startsFile = (rig: Rig): string => join(rig.root, 'starts.log')
const leaveFile = (rig: Rig): string => join(rig.root, 'leave')

/** Lets every session come to its end. */
const giveLeave = (rig: Rig): void => writeFileSync(leaveFile(rig), '')

const startsOf = (rig: Rig) =>
  (existsSync(startsFile(rig)) ? readFileSync(startsFile(rig), 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([step, task, pid]) => ({ what: `${step ?? ''} ${task ?? ''}`, pid: Number(pid) }))

/** A run both of whose sessions are in the middle of their work. */
async function runningRig(): Promise<{ rig: Rig; running: Launched }> {
  const rig = patientRig()
  const running = rig.start(['run'])
  await until(() => startsOf(rig).length === 2 && rig.has(`.orch/worktrees/${rig.facts()[0]?.run ?? ''}/1B/1B.txt`))
  return { rig, running }
}

async function expectResumed(rig: Rig): Promise<void> {
  expect(rig.processes()).toEqual([])
  giveLeave(rig)
  expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
  expect(rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=)', 'main').split('\n').sort()).toEqual([
    '1A',
    '1B',
    '2A',
  ])
  expect(rig.processes()).toEqual([])
}

describe('a run that is stopped', () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)('by %s ends its sessions at once, with status 143, and goes on later', async (signal) => {
    const { rig, running } = await runningRig()
    await using _ = rig
    running.kill(signal)
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(143)
    expect(stdout.trim().split('\n').at(-1)).toContain('orch resume')
    await expectResumed(rig)
  })

  it('by Ctrl-C lets running sessions finish, starts nothing new, and ends with status 130', async () => {
    const { rig, running } = await runningRig()
    await using _ = rig
    running.killGroup('SIGINT')
    await running.waitFor(/Ctrl-C again/)
    giveLeave(rig)
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(130)
    expect(stdout.trim().split('\n').at(-1)).toContain('orch resume')
    expect(startsOf(rig)).toHaveLength(2)
    expect(rig.facts().filter((fact) => fact.type === 'attempt-finished')).toHaveLength(2)
    await expectResumed(rig)
    expect(startsOf(rig).filter(({ what }) => what.startsWith('implement'))).toHaveLength(3)
  })

  it('by a second Ctrl-C ends its sessions at once, with status 130', async () => {
    const { rig, running } = await runningRig()
    await using _ = rig
    running.killGroup('SIGINT')
    await running.waitFor(/Ctrl-C again/)
    running.killGroup('SIGINT')
    expect((await running.ended).exitCode).toBe(130)
    await expectResumed(rig)
  })

  it('by the death of its whole process group leaves sessions behind, which resume finds and ends', async () => {
    const { rig, running } = await runningRig()
    await using _ = rig
    running.killGroup('SIGKILL')
    await running.ended
    const left = startsOf(rig).map(({ pid }) => pid)
    expect(rig.processes()).toEqual(expect.arrayContaining(left))
    const resumed = rig.start(['resume'])
    await until(() => rig.facts().some((fact) => fact.type === 'survivors-ended'))
    giveLeave(rig)
    expect(await resumed.ended).toMatchObject({ exitCode: 0 })
    const ended = rig.facts().flatMap((fact) => (fact.type === 'survivors-ended' ? fact.pids : []))
    expect(new Set(ended)).toEqual(new Set(left))
    expect(rig.processes()).toEqual([])
  })

  it('is not stopped by the death of one agent: that session is taken up again', async () => {
    const { rig, running } = await runningRig()
    await using _ = rig
    process.kill(startsOf(rig).find(({ what }) => what === 'implement 1A')?.pid ?? 0, 'SIGKILL')
    await until(() => startsOf(rig).length > 2)
    giveLeave(rig)
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    expect(startsOf(rig).filter(({ what }) => what === 'implement 1A')).toHaveLength(2)
    expect(startsOf(rig).filter(({ what }) => what === 'implement 1B')).toHaveLength(1)
    expect(rig.facts()).toContainEqual(expect.objectContaining({ type: 'attempt-failed', task: '1A', counts: true }))
    expect(rig.processes()).toEqual([])
  })
})
