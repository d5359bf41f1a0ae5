import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { killingAt, pointsIn, spread, watchedIn, watching } from '../support/kill/killing.js'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

/** `npm run kill-everywhere`: every point instead of a sample. */
const isEverywhere = process.env['ORCH_KILL_EVERYWHERE'] === '1'

/** Each task writes a file of its own; `shared.txt` grows by a line. */
const diligent = `
  const { existsSync, readFileSync } = await import('node:fs')
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task + '\\n')
  const before = existsSync('shared.txt') ? readFileSync('shared.txt', 'utf8') : ''
  if (scene.task.endsWith('A')) scene.write('shared.txt', before + scene.task + '\\n')
  scene.done()
`

/** Two stages, both merged. */
async function withTwoStages(checks: readonly string[] = []): Promise<Rig> {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A'), '1B': milestoneText('1B'), '2A': milestoneText('2A') } })
  rig.configure({ agent: { command: rig.puppet(diligent) }, checks })
  rig.commit()
  expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
  return rig
}

const tip = (rig: Rig): string => rig.git('rev-parse', 'main')

const landed = (rig: Rig, stage: number) => {
  const fact = rig.facts().find((f) => f.type === 'stage-landed' && f.stage === stage)
  if (fact?.type !== 'stage-landed') throw new Error(`stage ${stage} has not landed`)
  return fact
}

/** A bare repository beside the rig's, everything pushed to it. */
function push(rig: Rig): void {
  execFileSync('git', ['init', '--quiet', '--bare', `${rig.root}/remote.git`], { env: rig.env })
  rig.git('remote', 'add', 'origin', `${rig.root}/remote.git`)
  rig.git('push', '--quiet', 'origin', 'main')
}

const planned = async (rig: Rig) => {
  const { stdout } = await rig.orch(['plan', '--json'])
  return (JSON.parse(stdout) as { stages: { tasks: { id: string }[] }[] }).stages.flatMap((s) => s.tasks.map((t) => t.id))
}

describe('orch undo, where nothing was pushed and nobody committed on top', () => {
  it('goes back to before the last stage, keeps the old tip, and says how to get it back', async () => {
    await using rig = await withTwoStages()
    const { from, to } = landed(rig, 2)
    rig.write({ 'README.md': '# Rig\nMy own edit\n' })
    const ended = await rig.orch(['undo'])
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(tip(rig)).toBe(from)
    expect(rig.git('status', '--porcelain')).toBe('M README.md')
    expect(rig.has('2A.txt')).toBe(false)
    expect(rig.read('TASKS.md')).not.toContain('| 2A |  | merged')
    const back = /git (merge --ff-only \S+)/.exec(ended.stdout)?.[1]?.split(' ') ?? []
    rig.git(...back)
    expect(tip(rig)).toBe(to)
    expect(await planned(rig)).toEqual([])
  })

  it('has the undone milestones carried out anew by the next run, and only those', async () => {
    await using rig = await withTwoStages()
    expect(await rig.orch(['undo', '--yes'])).toMatchObject({ exitCode: 0 })
    expect(await rig.statusJson()).toMatchObject({ totals: { merged: 2 }, stages: [{ state: 'done' }, { state: 'pending', undone: true }] })
    expect((await rig.orch(['status'])).stdout).toContain('next: orch run')
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.facts().flatMap((f) => (f.type === 'attempt-started' ? [f.task] : []))).toEqual(['2A'])
    expect(rig.read('shared.txt')).toBe('1A\n2A\n')
    expect((await rig.orch(['run'])).stdout).toContain('Nothing to do')
  })

  it('goes back to before a named stage, over runs', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestoneText('1A'), '2A': milestoneText('2A') } })
    rig.configure({ agent: { command: rig.puppet(diligent) } })
    const begin = rig.commit()
    expect(await rig.orch(['run', '--stage', '1'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['run', '--stage', '2'])).toMatchObject({ exitCode: 0 })
    const { stdout } = await rig.orch(['undo', '--stage', '1', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ undone: true, plan: { how: 'moved-back', to: begin, stages: [{ stage: 2 }, { stage: 1 }] } })
    expect(tip(rig)).toBe(begin)
    expect(rig.git('status', '--porcelain')).toBe('')
    expect(await planned(rig)).toEqual(['1A', '2A'])
  })

  it('only says what it would do with --dry-run, and when there is nothing to do', async () => {
    await using rig = await withTwoStages()
    const before = tip(rig)
    const dry = await rig.orch(['undo', '--dry-run'])
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('stage 2 (2A)') })
    expect([tip(rig), rig.git('for-each-ref', 'refs/orch')]).toEqual([before, ''])
    expect(await rig.orch(['undo', '--stage', '7'])).toMatchObject({ exitCode: 2 })
    expect(await rig.orch(['undo', '--stage', '1'])).toMatchObject({ exitCode: 0 })
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0, stdout: 'There is nothing to undo.\n' })
  })

  it('leaves everything as it is where an edit is in the way', async () => {
    await using rig = await withTwoStages()
    const before = tip(rig)
    rig.write({ '2A.txt': 'mine\n' })
    const ended = await rig.orch(['undo'])
    expect(ended).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('2A.txt') })
    expect([tip(rig), rig.read('2A.txt'), rig.git('status', '--porcelain')]).toEqual([before, 'mine\n', 'M 2A.txt'])
    expect(await rig.statusJson()).toMatchObject({ totals: { merged: 3 } })
    rig.git('checkout', '2A.txt')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0 })
  })

  it('ends an unfinished run, since its work builds on what is gone, and keeps that on its branches', async () => {
    await using rig = Rig.create({
      milestones: { '1A': milestoneText('1A'), '2A': milestoneText('2A', { criteria: ['`test -f wanted`'] }) },
    })
    rig.configure({ agent: { command: rig.puppet(diligent) }, review: { maxRounds: 1 } })
    const begin = rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
    const branch = rig.git('branch', '--list', 'orch/*/2A', '--format=%(refname:short)')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is unfinished') })
    expect(tip(rig)).toBe(begin)
    expect(rig.git('show', `${branch}:2A.txt`)).toBe('2A')
    expect((await rig.orch(['resume'])).stdout).toContain('There is no unfinished run')
    rig.write({ 'milestones/2A.md': milestoneText('2A') })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.read('shared.txt')).toBe('1A\n2A\n')
  })
})

describe('orch undo, where the branch may not go back', () => {
  it('takes a pushed stage back by a commit on top, and the next run carries it out anew', async () => {
    await using rig = await withTwoStages()
    push(rig)
    const before = tip(rig)
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('rev-parse', 'main^')).toBe(before)
    expect(rig.git('diff', '--name-only', landed(rig, 2).from, 'main')).toBe('TASKS.md')
    expect(rig.read('TASKS.md')).toContain('a person had it undone')
    expect(rig.git('status', '--porcelain')).toBe('')
    expect(await planned(rig)).toEqual(['2A'])
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.read('shared.txt')).toBe('1A\n2A\n')
    expect(await planned(rig)).toEqual([])
  })

  it("takes all stages from one on back and keeps the person's own commits on top and in between", async () => {
    await using rig = await withTwoStages()
    rig.write({ 'mine.txt': 'mine\n' })
    rig.commit('My own')
    rig.write({ 'mine.txt': 'edited\n' })
    expect(await rig.orch(['undo', '--stage', '1'])).toMatchObject({ exitCode: 0 })
    expect(rig.git('log', '-3', '--format=%s')).toBe('Undo stage 1\nUndo stage 2\nMy own')
    expect(rig.git('ls-files')).toContain('mine.txt')
    for (const file of ['1A.txt', '1B.txt', '2A.txt', 'shared.txt']) expect(rig.has(file)).toBe(false)
    expect([rig.read('mine.txt'), rig.git('status', '--porcelain')]).toEqual(['edited\n', 'M mine.txt'])
    expect(await planned(rig)).toEqual(['1A', '1B', '2A'])
  })

  it('says what conflicts, and moves nothing', async () => {
    await using rig = await withTwoStages()
    rig.write({ 'shared.txt': '1A\n2A and more\n' })
    const before = rig.commit('On top')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('shared.txt') })
    expect(tip(rig)).toBe(before)
  })

  it('moves to nothing on which the checks fail', async () => {
    await using rig = await withTwoStages(['test ! -f needs-2A || test -f 2A.txt'])
    rig.write({ 'needs-2A': '' })
    const before = rig.commit('Needs it')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('test ! -f needs-2A') })
    expect(tip(rig)).toBe(before)
    expect(rig.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1)
  })
})

describe('orch undo that is cut off in its checks', () => {
  /** A check that hangs on what an undo leaves, and on nothing else. */
  const hanging = ['test -f 2A.txt || test ! -f hang || { touch "$HOME/hangs"; sleep 300; }']
  const hangingUndo = async (rig: Rig) => {
    const undoing = rig.start(['undo'])
    await expect.poll(() => existsSync(join(rig.root, 'home', 'hangs')), { timeout: 30_000 }).toBe(true)
    return undoing
  }

  it('by a signal: moves nothing, leaves nothing running, and the exit status tells the signal', async () => {
    await using rig = await withTwoStages(hanging)
    rig.write({ hang: '' })
    const before = rig.commit('Hangs without 2A')
    const undoing = await hangingUndo(rig)
    undoing.kill('SIGTERM')
    expect(await undoing.ended).toMatchObject({ exitCode: 143 })
    expect([tip(rig), rig.processes()]).toEqual([before, []])
  })

  it('by SIGKILL: what it left running is shown, and ended by the next one', async () => {
    await using rig = await withTwoStages(hanging)
    rig.write({ hang: '' })
    rig.commit('Hangs without 2A')
    const undoing = await hangingUndo(rig)
    undoing.kill('SIGKILL')
    await undoing.ended
    expect((await rig.orch(['ps'])).stdout).toContain('sleep 300')
    rig.git('rm', '--quiet', 'hang')
    rig.commit('Hangs no more')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0 })
    expect(rig.processes()).toEqual([])
  })
})

describe('orch undo that is killed', () => {
  it.each([
    ['going back', false],
    ['a revert', true],
  ])(
    '%s: at any moment, the next command finishes it or finds nothing done, and nothing is lost or merged twice',
    async (_, isPushed) => {
      await using watched = await withTwoStages()
      if (isPushed) push(watched)
      expect(await watched.orch(['undo'], { env: watching(watched) })).toMatchObject({ exitCode: 0 })
      const points = spread(pointsIn(watchedIn(watched)), isEverywhere ? 1000 : 4)
      await using rig = await withTwoStages()
      rig.write({ 'README.md': '# Rig\nMy own edit\n' })
      if (isPushed) push(rig)
      for (const point of points) {
        const before = tip(rig)
        await rig.orch(['undo'], { env: killingAt(rig, point) })
        expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
        const what = JSON.stringify(point)
        expect(rig.read('shared.txt'), what).toBe('1A\n2A\n')
        expect(rig.git('status', '--porcelain'), what).toBe('M README.md')
        expect(rig.has('.orch/undo.json'), what).toBe(false)
        expect(rig.git('for-each-ref', '--contains', before, '--format=%(refname)'), what).not.toBe('')
        rig.git('fsck', '--connectivity-only')
        if (isPushed) rig.git('push', '--quiet', 'origin', 'main')
      }
    },
    isEverywhere ? 3_600_000 : undefined,
  )
})
