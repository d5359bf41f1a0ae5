import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const good = '# Milestone\n## Tasks\n1. Do it\n'

/** What a repository looks like from outside: any trace of a start would show. */
function traces(rig: Rig): string {
  const refs = rig.git('for-each-ref', '--format=%(refname) %(objectname)')
  return [refs, rig.git('status', '--porcelain', '--ignored'), rig.has('.orch') ? '.orch' : ''].join('\n')
}

describe('bad input is told on one screen, with where and what to type next, and nothing is started', () => {
  const table: [what: string, change: (rig: Rig) => void, exitCode: number, says: RegExp[]][] = [
    [
      'broken YAML in a milestone',
      (rig) => rig.write({ 'milestones/1A.md': `---\ntitle: [unclosed\n---\n${good}` }),
      2,
      [/milestones\/1A\.md:\d+:\d+: /],
    ],
    [
      'an unknown key in a milestone',
      (rig) => rig.write({ 'milestones/1A.md': `---\nprioritty: high\n---\n${good}` }),
      2,
      [/milestones\/1A\.md:2:1: .*prioritty/, /priority/],
    ],
    ['a name in small letters', (rig) => rig.write({ 'milestones/1b.md': good }), 2, [/milestones\/1b\.md:1:1: /, /1B\.md/]],
    [
      'a circle of dependencies',
      (rig) =>
        rig.write({ 'milestones/1A.md': `---\ndepends: [1B]\n---\n${good}`, 'milestones/1B.md': `---\ndepends: [1A]\n---\n${good}` }),
      2,
      [/milestones\/1A\.md:2:\d+: .*1A → 1B → 1A/],
    ],
    [
      'an unknown dependency',
      (rig) => rig.write({ 'milestones/1A.md': `${good}## Dependencies\n- 1Z\n` }),
      2,
      [/milestones\/1A\.md:5:\d+: .*1Z/],
    ],
    [
      'an unknown key in the config',
      (rig) => rig.write({ '.orchestratorrc.json': '{\n  "checkz": []\n}\n' }),
      2,
      [/\.orchestratorrc\.json:2:3: .*checkz/, /checks/],
    ],
    [
      'a bad value in the config',
      (rig) => rig.write({ '.orchestratorrc.json': '{\n  "review": { "maxRounds": "many" }\n}\n' }),
      2,
      [/\.orchestratorrc\.json:2:\d+: .*maxRounds/],
    ],
    ['config that is no JSON', (rig) => rig.write({ '.orchestratorrc.json': '{ "checks": [ }\n' }), 2, [/\.orchestratorrc\.json:1:\d+: /]],
    ['no milestones', (rig) => execFileSync('rm', ['-r', 'milestones'], { cwd: rig.repo }), 2, [/milestones/, /orch init/]],
    [
      'a missing agent program',
      (rig) => rig.configure({ agent: { command: 'no-such-agent' } }),
      5,
      [/no-such-agent/, /Install|agent\.command/],
    ],
    ['a detached HEAD', (rig) => rig.git('checkout', '--quiet', '--detach'), 5, [/HEAD is detached/, /git switch/]],
    ['a base branch that does not exist', (rig) => rig.configure({ git: { baseBranch: 'mian' } }), 2, [/mian/]],
  ]
  it.each(table)('%s', async (_, change, exitCode, says) => {
    await using rig = Rig.create({ milestones: { '1A': good } })
    change(rig)
    const before = traces(rig)
    const ended = await rig.orch(['run'])
    expect(ended).toMatchObject({ exitCode, stdout: '' })
    for (const pattern of says) expect(ended.stderr).toMatch(pattern)
    expect(ended.stderr.split('\n').length).toBeLessThan(20)
    expect(ended.stderr).not.toMatch(/^\s+at /m)
    expect(traces(rig)).toBe(before)
  })

  it('all problems at once', async () => {
    await using rig = Rig.create({
      milestones: { '1A': `---\nprioritty: high\n---\n${good}`, '1B': `${good}## Dependencies\n- 9Z\n`, '1C': '' },
    })
    rig.write({ 'milestones/notes.md': 'x' })
    const { stderr, exitCode } = await rig.orch(['validate'])
    expect(exitCode).toBe(2)
    for (const file of ['1A.md:2:1', '1C.md:1:1', 'notes.md:1:1']) expect(stderr).toContain(`milestones/${file}`)
  })

  it('not a repository, a bare one, one without commits', async () => {
    await using rig = Rig.create({ milestones: { '1A': good } })
    execFileSync('git', ['clone', '--quiet', '--bare', rig.repo, `${rig.root}/bare`])
    execFileSync('git', ['init', '--quiet', `${rig.root}/empty`])
    execFileSync('mkdir', [`${rig.root}/empty/milestones`, `${rig.root}/plain`])
    execFileSync('cp', [`${rig.repo}/milestones/1A.md`, `${rig.root}/empty/milestones/`])
    const cases = [
      ['../plain', /not in a git repository/, /git init/],
      ['../bare', /bare repository/, /git clone/],
      ['../empty', /no commits yet/, /git commit/],
    ] as const
    for (const [cwd, says, next] of cases) {
      const ended = await rig.orch(['run'], { cwd })
      expect(ended, cwd).toMatchObject({ exitCode: 5, stdout: '' })
      expect(ended.stderr).toMatch(says)
      expect(ended.stderr).toMatch(next)
    }
  })

  const usage: [args: string[], says: RegExp][] = [
    [['run', '--stge', '2'], /--stage/],
    [['run', '--stage', 'two'], /stage/i],
    [['run', '--stage', '7'], /no milestone in stage 7/],
    [['run', '--milestone', '1B'], /no milestone 1B/],
    [['rnu'], /run/],
    [['retry'], /id/i],
    [['plan', '--milestone', '1a'], /Did you mean 1A/],
  ]
  it.each(usage)('bad usage: orch %j', async (args, says) => {
    await using rig = Rig.create({ milestones: { '1A': good } })
    const ended = await rig.orch(args)
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expect(ended.stderr).toMatch(says)
  })
})
