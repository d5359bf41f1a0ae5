import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besiegedRig, leftoversOf, mergedTo, milestone } from '../support/besieged.js'
import type { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/** Stays at work until it is told to leave, unless it is resumed. */
const patient = `const { existsSync } = await import('node:fs')
scene.write(scene.task + '.txt', scene.task + '\\n')
while (!scene.resumed && !existsSync(process.env.HOME + '/leave')) await new Promise((r) => setTimeout(r, 20))`

const giveLeave = (rig: Rig): void => writeFileSync(join(rig.env['HOME'] ?? '', 'leave'), '')

const lockFile = (rig: Rig): string => join(rig.repo, '.git', 'orch.lock')

const isWorking = (rig: Rig): boolean => rig.facts().filter((fact) => fact.type === 'attempt-started').length === 2

describe('a process', () => {
  it('of an agent that is stopped (SIGSTOP) is ended once it was silent for too long, and its task goes on', async () => {
    await using rig = besiegedRig(`scene.write(scene.task + '.txt', scene.task + '\\n')
if (scene.task === '1A' && !scene.resumed) process.kill(process.pid, 'SIGSTOP')`)
    rig.configure({ ...(JSON.parse(rig.read('.orchestratorrc.json')) as object), health: { stuckAfter: '3s' } })
    rig.commit('Be quick')
    const ended = await rig.orch(['run'])
    expect(ended.exitCode, ended.stderr).toBe(0)
    expect(rig.facts()).toContainEqual(
      expect.objectContaining({
        type: 'attempt-failed',
        task: '1A',
        failure: expect.objectContaining({ reason: 'agent-silent' }) as object,
      }),
    )
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
    expect(rig.processes()).toEqual([])
  })

  it('that was given the number of an orch that died does not hold its lock', async () => {
    await using rig = besiegedRig(patient)
    const running = rig.start(['run'])
    await until(() => isWorking(rig))
    running.kill('SIGKILL')
    await running.ended
    // This very test has that number now, as far as the lock can tell.
    writeFileSync(lockFile(rig), readFileSync(lockFile(rig), 'utf8').replace(/"pid":\s*\d+/, `"pid":${process.pid}`))
    giveLeave(rig)
    const resumed = await rig.orch(['resume'])
    expect(resumed.exitCode, resumed.stderr).toBe(0)
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
    expect(rig.has('.git/orch.lock')).toBe(false)
  })

  it.each(['run', 'resume'])('that comes second (orch %s) is told who holds the lock, with status 6, and changes nothing', async (line) => {
    await using rig = besiegedRig(patient)
    const running = rig.start(['run'])
    await until(() => isWorking(rig))
    const second = await rig.orch([line])
    expect(second.exitCode, second.stderr).toBe(6)
    expect(second.stderr).toContain(`pid ${running.pid} since 20`)
    expect(second.stderr).toContain('orch run')
    giveLeave(rig)
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
  })

  it('that reads while a run writes sees whole facts only', async () => {
    await using rig = besiegedRig()
    rig.write({ 'milestones/2A.md': milestone('2A'), 'milestones/2B.md': milestone('2B') })
    rig.commit('More')
    const running = rig.start(['run'])
    let isOver = false
    void running.ended.then(() => (isOver = true))
    const seen: string[] = []
    let told: readonly string[] = []
    await until(() => rig.facts().length > 0)
    while (!isOver) {
      const [status, logs] = await Promise.all([rig.orch(['status', '--json']), rig.orch(['logs'])])
      expect([status.exitCode, logs.exitCode], status.stderr + logs.stderr).toEqual([0, 0])
      seen.push((JSON.parse(status.stdout) as { run: { state: string } | null }).run?.state ?? 'none')
      const lines = logs.stdout.split('\n').filter((one) => one !== '')
      expect(lines.slice(0, told.length)).toEqual(told)
      told = lines
    }
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    expect(seen).toContain('running')
    expect(leftoversOf(rig)).toEqual([])
  })

  it('that reads what a power cut tore sees everything before it, and repairs nothing', async () => {
    await using rig = besiegedRig(patient)
    const running = rig.start(['run'])
    await until(() => isWorking(rig))
    running.kill('SIGKILL')
    await running.ended
    const file = join(rig.repo, '.orch', 'runs', rig.facts()[0]?.run ?? '', 'facts.ndjson')
    const [before, log] = [await rig.statusJson(), await rig.orch(['logs'])]
    appendFileSync(file, '{"type":"attempt-fin')
    const torn = readFileSync(file, 'utf8')
    expect(await rig.statusJson()).toEqual(before)
    expect((await rig.orch(['logs'])).stdout).toBe(log.stdout)
    expect(readFileSync(file, 'utf8')).toBe(torn)
    giveLeave(rig)
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
  })
})
