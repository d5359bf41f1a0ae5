import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string, title: string, criteria: readonly string[] = []) =>
  `# Milestone ${id} - ${title}\n## Tasks\n1. Do ${id}\n2. Test it\n## Exit Criteria\n${criteria.map((c) => `- ${c}\n`).join('')}`

/** Something of everything happens: see the milestones. */
const eventful = `
  const { task, step, number, resumed } = scene
  const finding = (severity, title, file, line = null) => ({ severity, file, line, title, detail: 'So it is.' })
  const judged = (named) => [{ n: 2, met: true, evidence: 'seen in the file', file: null, line: null, ...named }]
  if (step === 'review') {
    if (task === '1A' && number === 1)
      return scene.review({ verdict: 'changes_requested', criteria: judged({ file: 'a.txt', line: 90 }), findings: [finding('major', 'The sum is wrong', 'a.txt', 1)] })
    if (task === '1A') return scene.review({ criteria: judged({ file: 'a.txt', line: 1 }), findings: [finding('nit', 'A long line', 'a.txt')] })
    if (task === '1B' && !process.env.ORCH_ROUND.startsWith('2') && !resumed && (await firstTime('prose'))) return scene.done('All fine, approved!')
    if (task === '2A') return scene.review({ verdict: 'changes_requested', findings: [finding('blocker', 'It <script>alert(1)</script> is not | there', null)] })
    return scene.review({ criteria: [] })
  }
  if (task === '1B' && step === 'implement' && !resumed) return scene.limit(1200)
  if (task === '2A' && step === 'implement') {
    const { execFileSync } = await import('node:child_process')
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '--allow-empty', '-m', 'I know ' + process.env.ANTHROPIC_API_KEY])
  }
  if (step === 'resolve') return scene.write('shared.txt', 'both\\n')
  scene.write(task.toLowerCase().slice(1) + '.txt', step + ' ' + number + '\\n')
  if (step === 'implement' && task.startsWith('1')) scene.write('shared.txt', task + '\\n')`

const firstTime = (rig: Rig): string => `
  async function firstTime(name) {
    const { existsSync, writeFileSync } = await import('node:fs')
    const mark = ${JSON.stringify(rig.root)} + '/' + name
    if (existsSync(mark)) return false
    writeFileSync(mark, '')
    return true
  }`

const env = { ANTHROPIC_API_KEY: 'sk-ant-api03-made-up-for-the-report' }

async function eventfulRun(): Promise<Rig> {
  const rig = Rig.create({
    files: { 'shared.txt': 'base\n' },
    milestones: {
      '1A': milestone('1A', 'The sum', ['`test -f a.txt`', 'The sum is right']),
      '1B': milestone('1B', 'Fish & chips', ['`test -f b.txt`']),
      '2A': milestone('2A', 'What nobody can please', ['`echo it`']),
    },
  })
  rig.configure({ agent: { command: rig.puppet(firstTime(rig) + eventful) }, review: { maxRounds: 2 } })
  rig.commit()
  expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 4 })
  return rig
}

interface ReportJson {
  readonly schemaVersion: number
  readonly run: { readonly outcome: string; readonly id: string; readonly endedAt: string | null }
  readonly stages: readonly { readonly tasks: readonly { readonly id: string; readonly change: { readonly files: number } | null }[] }[]
}

const reportJson = async (rig: Rig, ...args: string[]): Promise<ReportJson> => {
  const { exitCode, stdout, stderr } = await rig.orch(['report', ...args, '--format', 'json'], { env })
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as ReportJson
}

/** Where a person who works on the report finds what it looks like. */
const keptAt = process.env['ORCH_KEEP_REPORT']

describe('orch report', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await eventfulRun()
  }, 120_000)
  afterAll(() => rig[Symbol.asyncDispose]())

  it('tells what was asked, done, proved, refused and deferred, what stood in the way, and what it took', async () => {
    const { exitCode, stdout: page } = await rig.orch(['report'], { env })
    if (keptAt !== undefined) writeFileSync(join(keptAt, 'report.md'), page)
    expect(exitCode).toBe(0)
    const merge = rig.git('log', '--merges', '-1', '--format=%h', '--abbrev=12', '--grep=Orch-Task: 1A')
    for (const told of [
      /^# Run \S+: needs a person$/m,
      '| Refused | 3 objections by reviews: 2 closed by a commit, 1 open; 1 review did not count |',
      '| Asked | 3 tasks in 2 stages |',
      '| Done | 2 of 3 tasks merged into main |',
      /\| Proved \| 4 of 4 exit criteria: 3 by a command that orch ran, 1 by a place in the code \|/,
      '### 1A The sum: merged\n\n- Do 1A\n- Test it\n\n- [x] `test -f a.txt` — exit status 0 after',
      /- \[x\] The sum is right — a\.txt:1 at [0-9a-f]{12}: seen in the file/,
      /2 attempts, 2 reviews \(2 → 0 blocking\), 1 round of remediation; .*; 2 files changed \(\+2 −1\); merge commit /,
      merge,
      /\| 1A \| major \| The sum is wrong \| a\.txt:1 \| 1 \| closed by [0-9a-f]{12} \|/,
      /\| 1A \| not met \| names a\.txt:90, which has 1 line; .* \| closed by/,
      /\| 2A \| blocker \| It &lt;script>alert\(1\)&lt;\/script> is not \\\| there \| {2}\| 1 to 3 \| open \|/,
      /## Deferred\n\n.*\n.*\n\| 1A \| nit \| A long line \| a\.txt \|/,
      'Written down as milestones that may be adopted: milestones/_next/stage-1.md.',
      /\| 1B \| .* UTC \| .*review.* \|/,
      /\| 1B \| .* UTC \| could not be merged \| shared\.txt \| resolved \|/,
      /\| default \| five hour \| .* UTC \| .* UTC \| \d+s \|/,
      /\| step \| review \| \d+ \| \d+ \| \d+ \| \$0\.\d\d \|/,
      /\| 1A \| [0-9a-f]{12} \| 1A: The sum \|/,
      /\| 2A \| [0-9a-f]{12} \| I know \*\*\* \|/,
      '**Not done:** ',
      'Next: ',
    ])
      expect(page).toMatch(told)
    expect(page).not.toMatch(/undefined|NaN|\[object/)
    expect(page.match(/^\*\*Not done/gm)).toHaveLength(1)
  })

  it('is one HTML file that needs nothing else and in which nothing that others wrote is a tag', async () => {
    const { exitCode, stdout: page } = await rig.orch(['report', '--format', 'html'], { env })
    if (keptAt !== undefined) writeFileSync(join(keptAt, 'report.html'), page)
    expect(exitCode).toBe(0)
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|svg|base|form)\b|\b(?:src|href|on\w+)=|@import|url\(/i)
    expect(page).toContain('<h3>1B Fish &amp; chips <span')
    expect(page).toContain('It &lt;script&gt;alert(1)&lt;/script&gt; is not | there')
    expect(page).toContain('<code>test -f a.txt</code>')
  })

  it('tells the same to programs, of any run that is named', async () => {
    const report = await reportJson(rig)
    expect(report).toMatchObject({
      schemaVersion: 1,
      run: { outcome: 'needs-person', baseBranch: 'main', failure: { message: expect.any(String) as string } },
      stages: [
        {
          stage: 1,
          state: 'done',
          landed: { to: rig.git('rev-parse', 'main') },
          tasks: [
            {
              id: '1A',
              state: 'merged',
              asked: ['Do 1A', 'Test it'],
              criteria: [
                { n: 1, met: true, evidence: [{ kind: 'command', command: 'test -f a.txt', exitCode: 0 }] },
                { n: 2, met: true, evidence: [{ kind: 'place', file: 'a.txt', line: 1 }] },
              ],
              change: { files: 2 },
            },
            { id: '1B', state: 'merged' },
          ],
        },
        { stage: 2, state: 'failed', tasks: [{ id: '2A', state: 'parked', mergeCommit: null, change: { files: 1 } }] },
      ],
      conflicts: [{ task: '1B', kind: 'conflict', subjects: ['shared.txt'], resolved: true }],
      limits: [{ account: 'default', window: 'five_hour' }],
      lostReviews: [{ work: '1B' }],
    })
    expect(await reportJson(rig, report.run.id)).toMatchObject({ run: report.run })
    const wrong = await rig.orch(['report', 'no-such-run'])
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' })
    expect(wrong.stderr).toContain('there is no run no-such-run')
  })

  it('works before the first run, during one, and after one was killed', async () => {
    await using slow = Rig.create({ milestones: { '1A': milestone('1A', 'Slow', ['It is slow']) } })
    slow.configure({ agent: { command: slow.puppet(`await new Promise(() => setInterval(() => {}, 1000))`) } })
    slow.commit()
    expect(await slow.orch(['report'])).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('orch run') as string })
    const none = await slow.orch(['report', '--json'])
    expect(none).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('orch run') as string })
    expect(JSON.parse(none.stdout)).toEqual({ schemaVersion: 1, run: null })
    const running = slow.start(['run'])
    while (!slow.facts().some((f) => f.type === 'attempt-started')) await sleep(50)
    expect((await reportJson(slow)).run).toMatchObject({ outcome: 'running', endedAt: null })
    const during = await slow.orch(['report'])
    expect(during.stdout).toMatch(/: under way\n[\s\S]*### 1A Slow: working[\s\S]*- \[ \] It is slow — not judged by a review/)
    running.kill('SIGKILL')
    await running.ended
    const before = slow.git('status', '--porcelain', '--ignored') + JSON.stringify(slow.facts())
    expect((await reportJson(slow)).run).toMatchObject({ outcome: 'interrupted', endedAt: null })
    expect(slow.git('status', '--porcelain', '--ignored') + JSON.stringify(slow.facts())).toBe(before)
  })
})
