import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string) => `# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n`

/** Each task writes its own file and its own line of one that is shared; the first review of the stage finds one mistake in each place. */
const working = `
  const { readFileSync } = await import('node:fs')
  const finding = (file, line) => ({ severity: 'major', file, line, title: 'Wrong in ' + file + ' at ' + line, detail: 'So it is.' })
  if (scene.step === 'review') {
    if (scene.task !== 'stage-1' || scene.number > 1) return scene.review()
    return scene.review({
      verdict: 'changes_requested',
      findings: [finding('1B.txt', 1), finding('shared.txt', 5), finding('shared.txt', null), finding('README.md', 1), finding(process.cwd() + '/1A.txt:1', null)],
    })
  }
  if (scene.step === 'remediate') return scene.write('mended.txt', 'x')
  const lines = readFileSync('shared.txt', 'utf8').split('\\n')
  lines[{ '1A': 0, '1B': 4 }[scene.task]] = scene.task
  scene.write('shared.txt', lines.join('\\n'))
  scene.write(scene.task + '.txt', scene.task + '\\n')`

describe('a finding of the review of a stage', () => {
  it('is given to the task whose lines it touches, and to the stage where that is nobody alone', async () => {
    await using rig = Rig.create({
      files: { 'shared.txt': 'a\n\nb\n\nc\n' },
      milestones: { '1A': milestone('1A'), '1B': milestone('1B') },
    })
    rig.configure({ agent: { command: rig.puppet(working) } })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const given = rig.facts().find((f) => f.type === 'review-given' && f.task === 'stage-1')
    const findings = given?.type === 'review-given' ? given.verdict.findings : []
    expect(findings.map((f) => f.task ?? null)).toEqual(['1B', '1B', null, null, '1A'])
    const run =
      readdirSync(join(rig.repo, '.orch', 'runs'))
        .sort()
        .at(-1) ?? ''
    const prompts = join(rig.repo, '.orch', 'runs', run, 'prompts')
    const remediation = readdirSync(prompts).find((name) => name.startsWith('stage-1') && name.endsWith('-remediate.md')) ?? ''
    const told = readFileSync(join(prompts, remediation), 'utf8')
    expect(told).toContain('(1B.txt:1), in what 1B brought: Wrong in 1B.txt at 1')
    expect(told).toContain('<milestone id="1B"')
    const { stages } = await rig.statusJson()
    expect(stages[0]?.tasks).toMatchObject([
      { id: '1A', stageFindings: 1 },
      { id: '1B', stageFindings: 2 },
    ])
    expect((await rig.orch(['status'])).stdout).toMatch(/1B .*\n +the review of its stage: 2 findings in what it brought\n/)
    expect(rig.read('TASKS.md')).toContain('The review of stage 1 had 2 findings in what it brought.')
    expect((await rig.orch(['logs', 'stage-1'])).stdout).toContain('major: Wrong in shared.txt at 5 (shared.txt:5), in what 1B brought')
  })
})
