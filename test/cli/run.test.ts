import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

const milestone = (id: string, criteria: string[] = [], front = '') =>
  `${front}# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n## Exit Criteria\n${criteria.map((c) => `- ${c}\n`).join('')}`

/** Writes one file for each task and approves. */
const diligent = `
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task + ' ' + scene.step + '\\n')
  scene.done()
`

describe('orch run', () => {
  it('brings milestones to merged, proven work', async () => {
    await using rig = Rig.create({
      milestones: {
        '1A': milestone('1A', ['`test -f 1A.txt`', 'the file names its task']),
        '1B': milestone('1B', ['`test -f 1B.txt`']),
        '2A': milestone('2A', ['`test -f 1A.txt`', '`test -f 2A.txt`']),
      },
    })
    rig.configure({ agent: { command: rig.puppet(diligent) } })
    rig.commit()
    const ended = await rig.orch(['run'])
    expect(ended).toMatchObject({ exitCode: 0 })
    const trailers = rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)', 'main')
    expect(trailers.split('\n').filter(Boolean).sort()).toEqual(['1A', '1B', '2A'])
    expect(rig.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1)
    expect(rig.git('status', '--porcelain')).toBe('')
    const board = rig.read('TASKS.md')
    for (const text of ['- [x] `test -f 1A.txt`', '- [x] the file names its task', '- [x] `test -f 1B.txt`', '- [x] `test -f 2A.txt`'])
      expect(board).toContain(text)
    const status = await rig.statusJson()
    expect(status).toMatchObject({
      run: { state: 'done', headCommit: rig.git('rev-parse', 'main') },
      totals: { tasks: 3, merged: 3, failed: 0 },
    })
    expect(rig.processes()).toEqual([])
  })

  it('has nothing to do when everything is merged', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const tip = rig.git('rev-parse', 'main')
    const again = await rig.orch(['run'])
    expect(again).toMatchObject({ exitCode: 0 })
    expect(again.stdout).toContain('Nothing to do')
    expect(rig.git('rev-parse', 'main')).toBe(tip)
  })

  it('does only the stage that was asked for', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A'), '2A': milestone('2A') } })
    expect(await rig.orch(['run', '--stage', '2'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly)').trim()).toBe('2A')
  })

  it("leaves a person's edits byte for byte, and takes their commits in", async () => {
    await using rig = Rig.create({
      files: { 'mine.txt': 'before\n', 'staged.txt': 'before\n' },
      milestones: { '1A': milestone('1A'), '2A': milestone('2A') },
    })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          const { execFileSync } = await import('node:child_process')
          if (scene.task === '1A') execFileSync('git', ['-C', ${JSON.stringify(rig.repo)}, 'commit', '--quiet', '--allow-empty', '-m', 'My own'])
          scene.write(scene.task + '.txt', 'x\\n')
          scene.done()
        `),
      },
    })
    rig.commit()
    rig.write({ 'mine.txt': 'edited\n', 'untracked.txt': 'new\n', 'staged.txt': 'staged\n' })
    rig.git('add', 'staged.txt')
    const before = rig.git('status', '--porcelain')
    // The puppet's own commit would take what is staged along, so nothing is staged in this rig's index for it.
    rig.git('reset', '--quiet')
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(before).toContain('staged.txt')
    expect([rig.read('mine.txt'), rig.read('untracked.txt'), rig.read('staged.txt')]).toEqual(['edited\n', 'new\n', 'staged\n'])
    expect(
      rig
        .git('status', '--porcelain')
        .split('\n')
        .map((l) => l.trim()),
    ).toEqual(['M mine.txt', 'M staged.txt', '?? untracked.txt'])
    expect(rig.git('log', '--format=%s')).toContain('My own')
    expect(rig.has('1A.txt') && rig.has('2A.txt')).toBe(true)
  })

  it('does not move the branch when two green tasks are red together, and keeps both', async () => {
    await using rig = Rig.create({
      config: { checks: ['test ! -f 1A.txt || test ! -f 1B.txt'] },
      milestones: { '1A': milestone('1A'), '1B': milestone('1B') },
    })
    rig.configure({ checks: ['test ! -f 1A.txt || test ! -f 1B.txt'], agent: { command: rig.puppet(diligent) } })
    const tip = rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
    expect(rig.git('rev-parse', 'main')).toBe(tip)
    const branches = rig.git('branch', '--list', 'orch/*', '--format=%(refname:short)')
    expect(branches).toMatch(/\/1A$/m)
    expect(branches).toMatch(/\/1B$/m)
  })

  it('parks a conflict that is not resolved, with both sides kept', async () => {
    await using rig = Rig.create({ files: { 'shared.txt': 'base\n' }, milestones: { '1A': milestone('1A'), '1B': milestone('1B') } })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          if (scene.step === 'implement') scene.write('shared.txt', scene.task + '\\n')
          scene.done()
        `),
      },
    })
    const tip = rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    expect(rig.git('rev-parse', 'main')).toBe(tip)
    const run = (await rig.statusJson()).run?.id ?? ''
    expect(rig.git('show', `orch/${run}/1B:shared.txt`)).toBe('1B')
    expect(rig.git('show', `orch/${run}/stage-1:shared.txt`)).toBe('1A')
  })

  it('fails a task that says done with nothing done, and blocks what comes after', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A'), '1B': milestone('1B'), '2A': milestone('2A') } })
    rig.configure({
      agent: {
        command: rig.puppet(
          `if (scene.step === 'review') return scene.review()\nif (scene.task !== '1A') scene.write(scene.task + '.txt', 'x')\nscene.done('All done!')`,
        ),
      },
    })
    rig.commit()
    const ended = await rig.orch(['run'])
    expect(ended).toMatchObject({ exitCode: 1 })
    expect(ended.stdout).toContain('orch retry 1A')
    const { stages } = await rig.statusJson()
    expect(stages.flatMap((s) => s.tasks.map((t) => [t.id, t.state]))).toEqual([
      ['1A', 'failed'],
      ['1B', 'approved'],
      ['2A', 'blocked'],
    ])
  })

  it('waits a limit out and goes on by itself', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.configure({
      agent: {
        command: rig.puppet(
          `if (scene.step === 'review') return scene.review()\nif (!scene.resumed) return scene.limit(1500)\nscene.write('a.txt', 'x')\nscene.done()`,
        ),
      },
    })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.facts().map((f) => f.type)).toEqual(
      expect.arrayContaining(['limit-hit', 'attempt-interrupted', 'limit-lifted', 'attempt-finished']),
    )
    expect(await rig.statusJson()).toMatchObject({ stages: [{ tasks: [{ attempts: 1 }] }] })
  })

  it('with --no-wait a limit pauses the run with exit status 3, and resume goes on', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.configure({
      agent: {
        command: rig.puppet(
          `if (scene.step === 'review') return scene.review()\nif (!scene.resumed) return scene.limit(8000)\nscene.write('a.txt', 'x')\nscene.done()`,
        ),
      },
    })
    rig.commit()
    expect(await rig.orch(['run', '--no-wait'])).toMatchObject({ exitCode: 3 })
    expect(await rig.statusJson()).toMatchObject({ run: { state: 'paused', failure: { reason: 'limit-reached' } } })
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
  })

  it('refuses to begin beside another run, and says who holds the lock', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.configure({ agent: { command: rig.puppet(`await new Promise(() => setInterval(() => {}, 1000))`) } })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => rig.facts().some((f) => f.type === 'attempt-started'))
    const second = await rig.orch(['run'])
    expect(second).toMatchObject({ exitCode: 6 })
    expect(second.stderr).toContain('another orch is at work')
    running.kill('SIGTERM')
    expect((await running.ended).exitCode).toBe(143)
    expect(rig.processes()).toEqual([])
  })

  it('killed in the middle, it is taken up again with nothing lost or done twice', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A'), '1B': milestone('1B'), '2A': milestone('2A') } })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          scene.write(scene.task + '.txt', scene.task)
          if (scene.task === '1B' && !scene.resumed) await new Promise(() => setInterval(() => {}, 1000))
          scene.done()
        `),
      },
    })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => rig.facts().some((f) => f.type === 'task-approved' && f.task === '1A'))
    running.kill('SIGKILL')
    await running.ended
    const resumed = await rig.orch(['resume'])
    expect(resumed).toMatchObject({ exitCode: 0 })
    expect(resumed.stderr).not.toContain('damaged')
    expect(
      rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)').split('\n').filter(Boolean).sort(),
    ).toEqual(['1A', '1B', '2A'])
    expect(rig.facts().filter((f) => f.type === 'attempt-started' && f.task === '1A')).toHaveLength(1)
    expect(rig.processes()).toEqual([])
  })

  it('holds a merge until a person approves', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A', [], '---\napproval: required\n---\n') } })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    expect(await rig.orch(['approve', '1A'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly)').trim()).toBe('1A')
  })

  it('tells its facts as NDJSON on stdout, and nothing else there', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    const { stdout, exitCode } = await rig.orch(['run', '--json'])
    expect(exitCode).toBe(0)
    const facts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(facts[0]).toMatchObject({
      type: 'run-started',
      run: expect.any(String) as string,
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    })
    expect(facts.at(-1)).toMatchObject({ type: 'run-ended', ending: 'done' })
  })

  it('rehearses on a branch of its own', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    const tip = rig.git('rev-parse', 'main')
    expect(await rig.orch(['run', '--rehearse'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('rev-parse', 'main')).toBe(tip)
    expect(rig.git('branch', '--list', 'orch/*/rehearsal')).not.toBe('')
  })
})

describe('orch logs --json', () => {
  it('prints the facts as they are saved, one a line; of a task those about it', async () => {
    await using rig = Rig.create({ milestones: { '1A': '# Milestone 1A - Work\n## Tasks\n1. Do it\n' } })
    expect(await rig.orch(['logs', '--json'])).toMatchObject({ exitCode: 0, stdout: '' })
    rig.configure({ agent: { command: rig.puppet(`scene.write('a.txt', 'x')`) }, review: { enabled: false } })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const linesOf = (text: string): unknown[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown)
    expect(linesOf((await rig.orch(['logs', '--json'])).stdout)).toEqual(rig.facts())
    const about = linesOf((await rig.orch(['logs', '1A', '--json'])).stdout)
    expect(about).toEqual(rig.facts().filter((fact) => JSON.stringify(fact).includes('"task":"1A"')))
  })
})
