import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string): string => `# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n`

function rigOf(ids: readonly string[], agent: string, config: Readonly<Record<string, unknown>> = {}): Rig {
  const rig = Rig.create({ milestones: Object.fromEntries(ids.map((id) => [id, milestone(id)])) })
  rig.configure({ agent: { command: rig.puppet(agent) }, review: { enabled: false }, ...config })
  rig.commit('Configure')
  return rig
}

const promptsOf = (rig: Rig, task: string): string[] => {
  const folder = join(rig.repo, '.orch', 'runs', readdirSync(join(rig.repo, '.orch', 'runs'))[0] ?? '', 'prompts')
  const names = readdirSync(folder).filter((name) => name.startsWith(`${task}-`))
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8'))
}

describe('a session that hangs in a tool', () => {
  it('is told so in its conversation and goes on; one that hangs in spite of everything is parked, with status 4', async () => {
    await using rig = rigOf(
      ['1A', '1B'],
      `if (scene.task === '1A' && scene.prompt.includes('gave no sign of life')) return scene.write('1A.txt', 'x')
       scene.assistant({ type: 'tool_use', id: 'tool', name: 'Bash', input: { command: 'npm run dev' } })
       await new Promise((resolve) => setTimeout(resolve, 10 ** 8))`,
      { health: { stuckAfter: '1h', toolTimeout: '2s', killGrace: '500ms' } },
    )
    const ended = await rig.orch(['run'])
    expect(ended.exitCode, ended.stderr).toBe(4)
    const [, nudge] = promptsOf(rig, '1A')
    expect(nudge).toContain('for 2 seconds while this ran: Bash npm run dev')
    expect(promptsOf(rig, '1B').map((prompt) => prompt.includes('gave no sign of life'))).toEqual([false, true, false])
    expect(ended.stderr).toMatch(/hung: .*npm run dev.*; nudged, in the same conversation/)
    expect(ended.stderr).toContain('restarted, in a new conversation')
    const tasks = (await rig.statusJson()).stages[0]?.tasks
    expect(tasks?.find((task) => task.id === '1A')).toMatchObject({ state: 'approved', attempts: 2, failure: null })
    expect(tasks?.find((task) => task.id === '1B')).toMatchObject({ state: 'parked', attempts: 3, failure: { reason: 'agent-silent' } })
    expect(rig.processes()).toEqual([])
  })
})

describe('an agent that always crashes alike', () => {
  it('is not paid for twenty times: the stage stops, names the cause and says what to type', async () => {
    const ids = Array.from('ABCDEFGHIJKLMNOPQRST', (letter) => `1${letter}`)
    await using rig = rigOf(
      ids,
      `process.stderr.write('Cannot load /models/' + scene.task + '/config.json (pid ' + process.pid + ')\\n')
       process.kill(process.pid, 'SIGSEGV')
       await new Promise((resolve) => setTimeout(resolve, 10 ** 8))`,
      { execution: { concurrency: 4 } },
    )
    const ended = await rig.orch(['run'])
    expect(ended.exitCode, ended.stderr).toBe(4)
    expect(rig.facts().filter((fact) => fact.type === 'attempt-started').length).toBeLessThanOrEqual(5 + 3)
    expect(ended.stderr).toContain('5 sessions in a row failed for the same cause')
    expect(ended.stderr).toContain('Cannot load')
    expect(ended.stdout).toContain('remove the cause, then: orch resume')
    const status = await rig.statusJson()
    expect(status.run).toMatchObject({ state: 'paused', failure: { reason: 'breaker-tripped' } })
    expect(status.totals).toMatchObject({ failed: 0, merged: 0 })
  })
})
