import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/** The review of 1A is never content; 1B is. A file named `content` in the home makes it content. */
const stubborn = `
  const { existsSync } = await import('node:fs')
  const content = existsSync(process.env.HOME + '/content')
  if (scene.step === 'review' && scene.task === '1A' && !content)
    return scene.review({
      verdict: 'changes_requested',
      summary: 'I would have done it otherwise',
      findings: [{ severity: 'major', file: '1A.txt', line: 1, title: 'Not to my taste', detail: 'Write it anew' }],
    })
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task + ' ' + scene.step + ' ' + scene.session + '\\n')
  scene.done()
`

const judged = ['`test ! -f broken`', 'It reads well']

function withParkedTask(more: Readonly<Record<string, string>> = {}): Rig {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A', { criteria: judged }), '1B': milestoneText('1B'), ...more } })
  rig.configure({ agent: { command: rig.puppet(stubborn) }, review: { maxRounds: 1 } })
  rig.commit()
  return rig
}

const sessions = (rig: Rig, step: string): number =>
  rig.facts().filter((f) => (f.type === 'attempt-started' && f.step === step) || (f.type === 'review-started' && step === 'review')).length

const stateOf = async (rig: Rig, id: string) => (await rig.statusJson()).stages.flatMap((s) => s.tasks).find((t) => t.id === id)

const worktree = (rig: Rig, id: string): string => {
  const opened = rig.facts().find((f) => f.type === 'workspace-opened' && f.task === id)
  if (opened?.type !== 'workspace-opened') throw new Error(`${id} has no worktree`)
  return opened.path
}

describe('orch merge', () => {
  it('merges a task in spite of its review, and says who decided that, and why', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    const before = sessions(rig, 'review')
    expect(await rig.orch(['merge', '1A', '--note', 'it goes\nnext week'])).toMatchObject({ exitCode: 0 })
    // The stage is judged as a whole once more, the task is not.
    expect(rig.facts().filter((f) => f.type === 'review-started' && f.task === '1A')).toHaveLength(before - 1)
    const merge = rig.git('log', '--merges', '--grep=^Merge 1A', '--format=%B')
    expect(merge).toContain("Merged by a person's decision, whatever the review says: it goes next week")
    expect(rig.read('TASKS.md')).toContain("Merged by a person's decision, whatever the review says: it goes next week")
    expect(await stateOf(rig, '1A')).toMatchObject({ state: 'merged' })
  })

  it('merges nothing on which the checks fail, and spends nothing on it', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    const tip = rig.git('rev-parse', 'main')
    rig.write({ [`${worktree(rig, '1A').slice(rig.repo.length + 1)}/broken`]: 'x' })
    const attempts = sessions(rig, 'remediate')
    const ended = await rig.orch(['merge', '1A'])
    expect(ended).toMatchObject({ exitCode: 1 })
    expect(await stateOf(rig, '1A')).toMatchObject({ state: 'failed', failure: { reason: 'checks-failed' } })
    expect(rig.git('rev-parse', 'main')).toBe(tip)
    expect(sessions(rig, 'remediate')).toBe(attempts)
  })

  it('takes what a person mended in the worktree', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    rig.write({ [`${worktree(rig, '1A').slice(rig.repo.length + 1)}/1A.txt`]: 'by hand\n' })
    expect(await rig.orch(['merge', '1A'])).toMatchObject({ exitCode: 0 })
    expect(rig.read('1A.txt')).toBe('by hand\n')
  })
})

describe('orch review', () => {
  it('has a parked task judged once more and shows the answer; nobody works on it', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    const rounds = (await stateOf(rig, '1A'))?.reviewRounds ?? 0
    const attempts = sessions(rig, 'remediate')
    const ended = await rig.orch(['review', '1A'])
    expect(ended).toMatchObject({ exitCode: 4 })
    expect(ended.stdout).toContain('major: Not to my taste (1A.txt:1)')
    expect(ended.stdout).toContain('criterion 2 is met: seen')
    expect(await stateOf(rig, '1A')).toMatchObject({ state: 'parked', reviewRounds: rounds + 1 })
    expect(sessions(rig, 'remediate')).toBe(attempts)
  })

  it('merges the task when the review approves it', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    rig.write({ '../home/content': '' })
    const attempts = sessions(rig, 'remediate')
    expect(await rig.orch(['review', '1A'])).toMatchObject({ exitCode: 0 })
    expect(await stateOf(rig, '1A')).toMatchObject({ state: 'merged' })
    expect(sessions(rig, 'remediate')).toBe(attempts)
  })
})

/** The first review says something and is then cut off together with orch; the next one is content. */
const cutOff = `
  const { existsSync, writeFileSync } = await import('node:fs')
  const marked = process.env.HOME + '/cut-off'
  if (scene.step === 'review' && !existsSync(marked)) {
    scene.write('1A.txt', 'the reviewer was here')
    writeFileSync(marked, scene.session)
    await new Promise(() => setInterval(() => {}, 1000))
  }
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task)
  scene.done()
`

function transcripts(rig: Rig): string[] {
  const folder = join(rig.repo, '.orch', 'runs', rig.facts()[0]?.run ?? '', 'sessions')
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
}

describe('an order for a task whose review was cut off together with orch', () => {
  it.each(['merge', 'review'])('orch %s counts what that review had used, once, and takes nothing that it wrote', async (command) => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A') } })
    rig.configure({ agent: { command: rig.puppet(cutOff) } })
    rig.commit()
    const running = rig.start(['run'])
    // What it said stands in its transcript a moment later.
    await until(() => rig.has('../home/cut-off') && transcripts(rig).some((text) => text.includes('the reviewer was here')))
    running.kill('SIGKILL')
    await running.ended
    const session = rig.read('../home/cut-off')
    expect(await rig.orch([command, '1A'])).toMatchObject({ exitCode: 0 })
    const interrupted = rig.facts().filter((f) => f.type === 'review-interrupted')
    expect(interrupted).toMatchObject([{ task: '1A', cause: 'crash', usage: { inputTokens: 100 } }])
    expect(rig.facts().filter((f) => f.type === 'review-started' && f.session === session)).toHaveLength(1)
    expect(rig.read('1A.txt')).toBe('1A')
    const used = rig.facts().reduce((sum, f) => sum + ('usage' in f ? f.usage.inputTokens : 0), 0)
    expect((await rig.statusJson()).totals).toMatchObject({ tokens: { input: used } })
  })
})

describe('orch retry --from', () => {
  it('scratch: begins anew from the current base, and keeps what there was under a ref that it names', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    const old = worktree(rig, '1A').slice(rig.repo.length + 1)
    rig.write({ [`${old}/notes.txt`]: 'not committed\n', '../home/content': '' })
    const first = rig.read(`${old}/1A.txt`)
    const ended = await rig.orch(['retry', '1A', '--from', 'scratch'])
    expect(ended).toMatchObject({ exitCode: 0 })
    const [kept] = rig.git('for-each-ref', '--format=%(refname)', 'refs/orch/before-retry/').split('\n')
    expect(kept).toMatch(/^refs\/orch\/before-retry\/.+\/1A\/[0-9a-f]{12}$/)
    expect(ended.stderr).toContain(kept)
    expect(rig.git('show', `${kept}:notes.txt`)).toBe('not committed')
    expect(`${rig.git('show', `${kept}:1A.txt`)}\n`).toBe(first)
    expect(rig.has('notes.txt')).toBe(false)
    expect(rig.read('1A.txt')).toMatch(/^1A implement/)
    expect(rig.read('1A.txt')).not.toBe(first)
    const attempts = rig.facts().flatMap((f) => (f.type === 'attempt-started' && f.task === '1A' ? [f] : []))
    expect(attempts.map((f) => f.attempt)).toEqual([1, 2, 3])
    expect(attempts.at(-1)).toMatchObject({ step: 'implement', resumes: false })
  })

  it('review: is judged anew before anything else', async () => {
    await using rig = withParkedTask()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    rig.write({ '../home/content': '' })
    const attempts = sessions(rig, 'remediate')
    expect(await rig.orch(['retry', '1A', '--from', 'review'])).toMatchObject({ exitCode: 0 })
    expect(sessions(rig, 'remediate')).toBe(attempts)
    expect(await stateOf(rig, '1A')).toMatchObject({ state: 'merged' })
  })
})

describe('orch approve --note', () => {
  it('is told in TASKS.md and in the merge commit', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A', { frontMatter: 'approval: required' }) } })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    expect(await rig.orch(['approve', '1A', '--note', 'tried on a copy'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('log', '--merges', '--format=%B')).toContain('Approved by a person: tried on a copy')
    expect(rig.read('TASKS.md')).toContain('Approved by a person: tried on a copy')
    expect(await rig.orch(['approve', '1A'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('1A is merged already') })
  })
})

describe('an order without an unfinished run', () => {
  it.each(['retry', 'review', 'merge'])('orch %s is refused with exit status 2, with --json too', async (command) => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A') } })
    for (const more of [[], ['--json']])
      expect(await rig.orch([command, '1A', ...more])).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(/no unfinished run.*1A\n.*orch status/),
      })
  })
})

describe('an order that makes no sense', () => {
  it('is refused with exit status 2 and what to type, and changes nothing', async () => {
    const failing = milestoneText('1C', { entry: ['`false`'], frontMatter: 'optional: true' })
    await using rig = withParkedTask({ '1C': failing })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    const facts = rig.facts().length
    for (const [args, says] of [
      [['merge', '1B'], 'orch resume'],
      [['merge', '9Z'], 'orch status'],
      [['merge', '1C'], 'orch retry 1C'],
      [['review', '1C'], 'orch retry 1C'],
      [['retry', '1C', '--from', 'review'], 'orch retry 1C'],
      [['retry', '1B', '--from', 'scratch'], '1B has not failed'],
      [['retry', '1A', '--from', 'nowhere'], 'scratch'],
    ] as const) {
      const ended = await rig.orch(args)
      expect(ended, args.join(' ')).toMatchObject({ exitCode: 2 })
      expect(ended.stderr).toContain(says)
    }
    expect(rig.facts()).toHaveLength(facts)
  })
})
