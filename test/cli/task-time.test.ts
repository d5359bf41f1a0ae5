import { expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

it('a session that takes longer than execution.taskTimeout is ended, told as that, and nothing of it is left', async () => {
  await using rig = Rig.create({ milestones: { '1A': '# Milestone 1A - Work\n## Tasks\n1. Do it\n' } })
  // It goes on for ever, and never falls silent.
  const command = rig.puppet(`
    const { writeFileSync } = await import('node:fs')
    writeFileSync(${JSON.stringify(`${rig.root}/pid`)}, String(process.pid))
    for (;;) {
      scene.assistant({ type: 'text', text: 'still at it' })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  `)
  rig.configure({ agent: { command }, review: { enabled: false }, execution: { taskTimeout: '2s', retries: 0 } })
  rig.commit()
  const ended = await rig.orch(['run'])
  expect(ended.exitCode, ended.stderr).toBe(1)
  expect(ended.stderr + ended.stdout).toMatch(/took longer than 2 s[\s\S]*execution\.taskTimeout/)
  const failed = rig.facts().find((fact) => fact.type === 'attempt-failed')
  expect(failed).toMatchObject({ failure: { reason: 'agent-timed-out', limitMs: 2000 }, counts: true })
  const pid = Number(rig.read('../pid'))
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
