import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeGitHub } from '../support/fake-github.js'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

const token = 'ghp_thisIsASecretToken0123456789'

/** A finding that its remediation closes, and words that would call people and close issues. */
const diligent = `
  if (scene.step === 'review' && scene.task === '1A' && scene.number === 1)
    return scene.review({
      verdict: 'changes_requested',
      findings: [{ severity: 'major', file: '1A.txt', line: 1, title: 'No end, fixes #12, ask @octocat', detail: '' }],
    })
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task + ' ' + scene.step + '\\n')
  scene.done()
`

/** Two stages in a repository whose remote is GitHub's by its URL and a folder by the person's git config. */
function published(config: Readonly<Record<string, unknown>> = {}): Rig {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A', { criteria: ['`test -f 1A.txt`'] }), '2A': milestoneText('2A') } })
  const bare = join(rig.root, 'remote.git')
  execFileSync('git', ['init', '--quiet', '--bare', bare], { env: rig.env })
  rig.git('config', '--global', `url.${bare}.insteadOf`, 'https://github.com/acme/thing.git')
  rig.git('remote', 'add', 'origin', 'https://github.com/acme/thing.git')
  rig.configure({ agent: { command: rig.puppet(diligent) }, git: config })
  rig.commit()
  rig.git('push', '--quiet', 'origin', 'main')
  return rig
}

const access = (github: FakeGitHub, more: Readonly<Record<string, string>> = {}) => ({
  env: { GITHUB_TOKEN: token, GITHUB_API_URL: github.url, ...more },
})

const remoteBranches = (rig: Rig): string[] =>
  execFileSync('git', ['-C', join(rig.root, 'remote.git'), 'for-each-ref', '--format=%(refname:short)', 'refs/heads'], {
    env: rig.env,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')

/** All that orch wrote and said, in which no token may be. */
const written = (rig: Rig): string =>
  execFileSync('grep', ['-r', '-l', '--', token, '.orch', '.git'], { cwd: rig.repo, encoding: 'utf8', stdio: 'pipe' })

const noTokenIn = (rig: Rig): void => expect(() => written(rig)).toThrow()

describe('orch pr', () => {
  it('pushes a branch of its own, and opens a pull request with proof, findings and cost', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const main = rig.git('rev-parse', 'main')
    const ended = await rig.orch(['pr', '--stage', '1', '--draft'], access(github))
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'stage 1: https://github.com/acme/thing/pull/1\n' })
    const [pull] = github.pulls
    expect(pull).toMatchObject({ base: 'main', title: '1A: Task 1A', draft: true })
    expect(pull?.head).toMatch(/^orch\/.+\/stage-1$/)
    expect(pull?.body).toMatch(/- \[x\] `?test -f 1A.txt`? — exit status 0/)
    expect(pull?.body).toMatch(/\| 1A \| major \| No end, fixes #\u200b12, ask @\u200boctocat \| .+ closed by /)
    expect(pull?.body).toMatch(/Cost: (about )?\$0\.\d\d/)
    expect(remoteBranches(rig).sort()).toEqual(['main', pull?.head].sort())
    expect(rig.git('rev-parse', 'main')).toBe(main)
    expect(rig.git('rev-parse', `origin/${pull?.head ?? ''}`)).toBe(
      rig.facts().flatMap((f) => (f.type === 'stage-landed' ? [f.to] : []))[0],
    )
    noTokenIn(rig)
  })

  it('updates the one that is open in place of a second one, and puts the next stage onto it', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    for (const stage of ['1', '1', '2']) expect(await rig.orch(['pr', '--stage', stage], access(github))).toMatchObject({ exitCode: 0 })
    expect(github.pulls.map(({ number, base }) => [number, base.replace(/.*\//, '')])).toEqual([
      [1, 'main'],
      [2, 'stage-1'],
    ])
  })

  it('asks gh where that is logged in, and gives it no token of its own', async () => {
    await using rig = published()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const bin = join(rig.root, 'bin')
    const log = join(rig.root, 'gh.log')
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'gh'),
      `#!/bin/sh
echo "$@" >> '${log}'
case "$*" in
  "auth status"*) exit 0 ;;
  *"--method GET"*) echo '[]' ;;
  *) cat >> '${log}'; echo '{"number": 5, "html_url": "https://github.com/acme/thing/pull/5"}' ;;
esac
`,
    )
    chmodSync(join(bin, 'gh'), 0o755)
    const ended = await rig.orch(['pr'], { env: { PATH: `${bin}:${rig.env['PATH'] ?? ''}`, GITHUB_TOKEN: token } })
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'stage 2: https://github.com/acme/thing/pull/5\n' })
    const said = readFileSync(log, 'utf8')
    expect(said).toContain('api --hostname github.com --method POST --input - ')
    expect(said).toContain('"title":"2A: Task 2A"')
    expect(said).not.toContain(token)
  })

  it('prints the text and the commands, without a remote and offline', async () => {
    await using rig = published()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const printed = await rig.orch(['pr', '--print'])
    expect(printed).toMatchObject({ exitCode: 0 })
    expect(printed.stdout).toContain('# 2A: Task 2A\n')
    expect(printed.stdout).toMatch(/git push origin [0-9a-f]{40}:refs\/heads\/orch\/.+\/stage-2/)
    const file = /--body-file (\S+)/.exec(printed.stdout)?.[1] ?? ''
    expect(existsSync(join(rig.repo, file))).toBe(true)
    expect(remoteBranches(rig)).toEqual(['main'])
    rig.git('remote', 'remove', 'origin')
    expect(await rig.orch(['pr', '--print'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['pr'])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('orch pr --print') })
  })

  it('says what keeps it from it with exit status 5 and what to type, and never a token', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published()
    expect(await rig.orch(['pr'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No stage is merged') })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['pr'])).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/GITHUB_TOKEN.*orch pr --print/s) })
    github.refuses = 401
    const refused = await rig.orch(['pr'], access(github))
    expect(refused).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('401: Bad credentials') })
    const away = await rig.orch(['pr'], access(github, { GITHUB_API_URL: 'http://127.0.0.1:9' }))
    expect(away).toMatchObject({ exitCode: 5 })
    for (const { stdout, stderr } of [refused, away]) expect(stdout + stderr).not.toContain(token)
    expect(await rig.orch(['pr', '--stage', '9'])).toMatchObject({ exitCode: 2 })
    noTokenIn(rig)
  })
})

describe('git.pr', () => {
  it('"stage": each stage is published as it lands, the next one on top of it', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published({ pr: 'stage', prDraft: true })
    expect(await rig.orch(['run'], access(github))).toMatchObject({ exitCode: 0 })
    expect(github.pulls.map(({ title, base, draft }) => [title, base.replace(/.*\//, ''), draft])).toEqual([
      ['1A: Task 1A', 'main', true],
      ['2A: Task 2A', 'stage-1', true],
    ])
    expect(rig.facts().filter((f) => f.type === 'stage-published')).toHaveLength(2)
    expect(rig.facts().filter((f) => f.type === 'checkout-changed')).toEqual([])
    noTokenIn(rig)
  })

  it('"task": each task has a pull request of its own', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published({ pr: 'task' })
    rig.write({ 'milestones/1B.md': milestoneText('1B') })
    rig.commit()
    expect(await rig.orch(['run', '--stage', '1'], access(github))).toMatchObject({ exitCode: 0 })
    expect(github.pulls.map(({ title, head }) => [title, head.replace(/.*\//, '')])).toEqual([
      ['1A: Task 1A', '1A'],
      ['1B: Task 1B', '1B'],
    ])
  })

  it('tells what kept it from publishing, and the run goes on', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published({ pr: 'stage' })
    github.refuses = 500
    const ended = await rig.orch(['run'], access(github))
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('stage 1 is not published') })
    expect(await rig.statusJson()).toMatchObject({ totals: { merged: 2 } })
  })

  it('waits for the checks that the branch requires, stops before the next stage when they fail, and goes on once they pass', async () => {
    await using github = await FakeGitHub.start()
    await using rig = published({ pr: 'stage', prWait: '30s' })
    const run = (name: string, conclusion: string | null) => ({
      name,
      status: conclusion === null ? 'in_progress' : 'completed',
      conclusion,
    })
    github.required = ['build']
    github.checks = [[], [run('build', null), run('flaky extra', 'failure')], [run('build', 'failure')]]
    const red = await rig.orch(['run'], access(github))
    expect(red).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('orch resume') })
    expect(await rig.statusJson()).toMatchObject({ totals: { merged: 1 }, run: { failure: { reason: 'pull-request-red' } } })
    github.checks = [[run('build', null)], [run('build', 'success'), run('flaky extra', 'failure')]]
    expect(await rig.orch(['resume'], access(github))).toMatchObject({ exitCode: 0 })
    expect(github.pulls).toHaveLength(2)
    expect(await rig.statusJson()).toMatchObject({ totals: { merged: 2 } })
  })
})
