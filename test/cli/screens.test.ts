import { execFileSync, execSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

const commandFolder = fileURLToPath(new URL('../../src/commands', import.meta.url))
const understudied = { agent: { command: 'understudy', sandbox: 'off' } }

describe('what a newcomer sees', () => {
  it('the help is one screen that says what to type first, and fits 80 columns', async () => {
    await using rig = Rig.create()
    for (const args of [[], ['--help'], ['help']]) {
      const { exitCode, stdout } = await rig.orch(args)
      expect(exitCode).toBe(0)
      const lines = stdout.trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      expect(stdout.indexOf('  demo')).toBeLessThan(stdout.indexOf('  approve'))
    }
    expect((await rig.orch(['retry', '--help'])).stdout).toContain('$ orch retry 1A')
    expect((await rig.orch(['--version'])).stdout).toMatch(/^orch \d+\.\d+\.\d+ /)
  })

  it('the help names every command that there is', async () => {
    await using rig = Rig.create()
    const { stdout } = await rig.orch(['--help'])
    const files = readdirSync(commandFolder, { recursive: true, encoding: 'utf8' })
    const ids = files.filter((f) => f.endsWith('.ts') && !f.startsWith('orch-')).map((f) => f.replace('.ts', '').replaceAll(sep, ' '))
    expect(ids.filter((id) => !stdout.includes(`\n  ${id} `))).toEqual([])
  })

  it('before the first milestone, status says how to begin, and init and validate lead on', async () => {
    await using rig = Rig.create({ config: null })
    expect(await rig.orch(['status'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/no milestones.*next: orch init/s),
    })
    const init = await rig.orch(['init'])
    expect(init.stdout).toContain('wrote milestones/1A.md')
    expect(rig.read('milestones/1A.md')).toMatch(/^---\npriority: medium\n# depends/)
    expect(await rig.orch(['validate'])).toMatchObject({ exitCode: 0, stdout: '1 milestone in 1 stage, no problems.\nnext: orch plan\n' })
  })

  it('validate needs no commit, and tells what is wrong in the config and in the milestones at once', async () => {
    await using rig = Rig.create()
    const fresh = join(rig.root, 'fresh')
    mkdirSync(fresh)
    execFileSync('git', ['init', '--quiet'], { cwd: fresh, env: rig.env })
    expect(await rig.orch(['init'], { cwd: '../fresh' })).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['validate'], { cwd: '../fresh' })).toMatchObject({ exitCode: 0 })
    rig.write({ '.orchestratorrc.json': '{\n  "check": []\n}\n', 'milestones/one.md': 'x\n' })
    const { exitCode, stderr } = await rig.orch(['validate'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.orchestratorrc.json:2:3: ')
    expect(stderr).toContain('milestones/one.md:1:1: ')
    expect(stderr).toMatch(/\n2 problems in 2 files\.\n$/)
  })

  it('a dry run shows the plan, and what a run would lack', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A') }, config: { agent: { command: 'no-such-agent' } } })
    const { exitCode, stdout, stderr } = await rig.orch(['run', '--dry-run'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('1A  Task 1A')
    expect(stderr).toContain('But the agent program "no-such-agent" was not found')
  })

  it('a rehearsal says that it was one, that the branch did not move, and what comes next', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A') }, config: understudied })
    const { exitCode, stdout } = await rig.orch(['run', '--rehearse'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Rehearsal \S+ is done: 1 of 1 task merged on a branch of its own; yours did not move/)
    expect(stdout).toMatch(/next: orch run\n$/)
    const kept = await rig.orch(['clean'])
    expect(kept.stdout).toMatch(/kept orch\/\S+\/rehearsal: it is a rehearsal.*git branch -D orch\/\S+\/rehearsal/)
  })

  it('after a failure, the commands that are named show why', async () => {
    await using rig = Rig.create({
      milestones: {
        '1A': milestoneText('1A', { criteria: ['`sh -c "echo expected 3 but got 4; exit 1"`'] }),
        '1B': milestoneText('1B', { frontMatter: 'depends: [1A]' }),
      },
      config: { ...understudied, review: { maxRounds: 1 } },
    })
    const { exitCode, stdout } = await rig.orch(['run'])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('Read the output with orch logs 1A; mend the cause or the milestone, then: orch retry 1A\n')
    expect(stdout).toMatch(/1B {2}Task 1B {2}blocked .* it needs 1A, which did not get done\n/)
    expect(stdout).toMatch(/next: orch logs 1A\n {6}orch retry 1A\n$/)
    expect((await rig.orch(['logs', '1A'])).stdout).toContain('    expected 3 but got 4\n    (exit status 1)\n')
  })

  it('a review that refuses is told in the logs, finding by finding', async () => {
    const script = 'review:\n  - reject: It forgets the empty text\n    file: src/a.ts\n    line: 3\n    unmet: [1]\n  - approve: true\n'
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A', { script }) }, config: understudied })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const { stdout } = await rig.orch(['logs', '1A'])
    expect(stdout).toContain('  major: It forgets the empty text (src/a.ts:3)\n')
    expect(stdout).toMatch(/criterion 1 is not met/)
  })

  it('status tells why a run could not go on', async () => {
    const script = 'implement:\n  - fail: login\n    repeat: true\n'
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A', { script }) }, config: understudied })
    expect(await rig.orch(['run'])).toMatchObject({
      exitCode: 5,
      stdout: expect.stringMatching(/could not go on.*the login was refused/s),
    })
    const { stdout } = await rig.orch(['status'])
    expect(stdout).toMatch(/the login was refused.*next: orch resume/s)
    expect(stdout).toContain('Stage 1  unfinished')
    // What was saved is read back without a word.
    expect((await rig.orch(['resume'])).stderr).not.toContain('damaged')
  })

  it('the demo ends with commands that work as they stand', async () => {
    await using rig = Rig.create()
    const { exitCode, stdout, stderr } = await rig.orch(['demo', '../the demo'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain('nothing is spent')
    const places = stdout.slice(stdout.indexOf('Look around:'))
    const commands = [...places.matchAll(/^ {2}(\S.*)$/gm)].map((match) => match[1] ?? '')
    expect(commands.length).toBeGreaterThan(4)
    const typed = commands.join(' && ')
    const shown = execSync(typed, { cwd: rig.root, env: rig.env, encoding: 'utf8' })
    for (const text of ['# Tasks', '5 of 5 tasks merged', 'review round 1: changes requested', '# Milestone 1A'])
      expect(shown).toContain(text)
  })
})
