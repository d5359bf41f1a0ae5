import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'
import { diligent, push, tip, withTwoStages } from '../support/two-stages.js'

const landed = (rig: Rig, stage: number) => {
  const fact = rig.facts().find((f) => f.type === 'stage-landed' && f.stage === stage)
  if (fact?.type !== 'stage-landed') throw new Error(`stage ${stage} has not landed`)
  return fact
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
