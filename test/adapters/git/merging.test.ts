import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { MilestoneId } from '../../../src/core/milestone.js'
import {
  bad,
  type GitRepository,
  good,
  openedOn,
  ordinaryRepository,
  repositoryWithHostileDrivers,
  sha256Repository,
} from '../../support/git-repository.js'

/** Two branches from one base. */
const forked = (at: GitRepository, ours: Record<string, string>, theirs: Record<string, string>) => {
  const base = at.tip()
  const onto = at.commit('Ours', ours)
  at.git('checkout', '--quiet', '-b', 'theirs', base)
  const commit = at.commit('Theirs', theirs)
  at.git('checkout', '--quiet', 'main')
  return { base, onto, commit }
}

describe('tryMerge', () => {
  it('makes a merge commit in memory: no branch, file or index changes', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const { onto, commit } = forked(at, { 'a.txt': 'a\n' }, { 'b.txt': 'b\n' })
    at.write({ 'src/a.txt': 'edited\n' })
    const before = at.snapshot()
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n\nOrch-Task: 1A\n'))
    if (merge.kind !== 'merged') throw new Error('a conflict')
    expect(at.git('log', '-1', '--format=%P%n%an%n%B', merge.commit)).toBe(`${onto} ${commit}\nTest Person\nMerge\n\nOrch-Task: 1A`)
    expect(at.snapshot()).toBe(before)
  })

  it('makes a merge commit where a fast-forward would do, and none where the commit is merged already', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const onto = at.tip()
    const commit = at.commit('Ahead')
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n'))
    if (merge.kind !== 'merged') throw new Error('a conflict')
    expect(at.git('log', '-1', '--format=%P', merge.commit)).toBe(`${onto} ${commit}`)
    expect(good(await repository.tryMerge(merge.commit, commit, 'Again\n'))).toEqual(merge)
  })

  it('tells a conflict with its files and both sides', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const { onto, commit } = forked(at, { 'src/ümlaut file.txt': 'ours\n' }, { 'src/ümlaut file.txt': 'theirs\n' })
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n'))
    if (merge.kind !== 'conflict') throw new Error('no conflict')
    expect(merge.files).toEqual(['src/ümlaut file.txt'])
    expect(merge.notes).toContain('CONFLICT (content)')
    expect(at.git('show', `${merge.tree}:src/ümlaut file.txt`)).toMatch(/<<<<<<< .*\nours\n=======\ntheirs\n>>>>>>> /)
  })

  it('runs no merge driver, wherever it is configured', async () => {
    using at = repositoryWithHostileDrivers()
    const { repository } = await openedOn(at)
    const { onto, commit } = forked(at, { 'src/a.txt': 'ours\n' }, { 'src/a.txt': 'theirs\n' })
    expect(good(await repository.tryMerge(onto, commit, 'Merge\n')).kind).toBe('conflict')
    expect(good(await repository.diff(onto, commit))).toContain('-ours\n+theirs')
    expect(at.read('driver-ran', at.home)).toBeNull()
    // The positive control: the person's own merge does run it.
    at.git('merge', '--quiet', commit)
    expect(at.read('driver-ran', at.home)).toBe('')
  })

  it('clears away the index that a killed orch was working on', async () => {
    using at = ordinaryRepository()
    at.write({ '.orch/git/index-aBcDeF/index': 'half' })
    const { repository } = await openedOn(at)
    good(await repository.commitFiles(at.tip(), { files: [{ path: 'TASKS.md', text: 'x\n' }], message: 'Record\n' }))
    expect(readdirSync(at.path('.orch', 'git')).filter((name) => name.startsWith('index-'))).toEqual([])
  })

  it('is a failure for commits that do not exist', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    expect(bad(await repository.tryMerge(at.tip(), 'f'.repeat(40), 'Merge\n'))).toMatchObject({ reason: 'git-failed' })
  })
})

describe('moveBranch', () => {
  it('moves by compare-and-swap, and is content with a branch that is there already', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const [first, second] = [at.tip(), at.commit('Second')]
    good(await repository.moveBranch('orch/r1/stage-1', null, first))
    good(await repository.moveBranch('orch/r1/stage-1', null, first))
    good(await repository.moveBranch('orch/r1/stage-1', first, second))
    good(await repository.moveBranch('orch/r1/stage-1', first, second))
    expect(good(await repository.branchTip('orch/r1/stage-1'))).toBe(second)
    expect(at.git('reflog', 'orch/r1/stage-1')).toContain('orch: integrated')
  })

  it('refuses a branch that somebody moved, made or deleted', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const [first, second, third] = [at.tip(), at.commit('Second'), at.commit('Third')]
    at.git('branch', 'b', third)
    expect(bad(await repository.moveBranch('b', first, second))).toEqual({ reason: 'branch-moved', branch: 'b', expected: first })
    expect(bad(await repository.moveBranch('b', null, second))).toEqual({ reason: 'branch-moved', branch: 'b', expected: 'nothing' })
    expect(bad(await repository.moveBranch('absent', first, second))).toMatchObject({ reason: 'branch-moved' })
    expect(at.tip('b')).toBe(third)
    expect(bad(await repository.branchTip('absent'))).toEqual({ reason: 'branch-missing', branch: 'absent' })
  })
})

describe('mergedMilestones', () => {
  it('finds merges by their trailers, the newest of each milestone, and nothing else', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const id = (text: string) => text as MilestoneId
    const side = (n: number) => {
      at.git('checkout', '--quiet', '-b', `side-${n}`)
      const commit = at.commit(`Side ${n}\n\nOrch-Run: r1\nOrch-Task: 9Z`, { [`side ${n}.txt`]: 'x\n' })
      at.git('checkout', '--quiet', 'main')
      return commit
    }
    let tip = at.tip()
    const merges: string[] = []
    for (const [n, trailers] of [
      'Orch-Task: 1A\nOrch-Milestone: old',
      'Orch-Task: 1A\nOrch-Milestone: new',
      'Orch-Task: 2AB',
      '',
    ].entries()) {
      const merge = good(await repository.tryMerge(tip, side(n), `Merge ${n}\n\nA body.\n\nOrch-Run: r1\n${trailers}\n`))
      if (merge.kind !== 'merged') throw new Error('a conflict')
      tip = merge.commit
      merges.push(tip)
    }
    expect(good(await repository.mergedMilestones(tip))).toEqual(
      new Map([
        [id('2AB'), { commit: merges[2], hash: null }],
        [id('1A'), { commit: merges[1], hash: 'new' }],
      ]),
    )
    expect(good(await repository.mergedMilestones(at.tip('side-0')))).toEqual(new Map())
  })
})

describe('files of a commit', () => {
  it.each([
    ['SHA-1', ordinaryRepository],
    ['SHA-256', sha256Repository],
  ])('are read and changed in memory (%s)', async (_name, plight) => {
    using at = plight()
    const { repository } = await openedOn(at)
    const parent = at.tip()
    const before = at.snapshot()
    const file = { path: 'docs/TASKS ü.md', text: 'ä\r\nno line end' }
    const other = { path: 'milestones/_next/stage-1.md', text: 'new\n' }
    const change = { files: [file, other], message: 'Record\n' }
    expect(good(await repository.readFile(parent, file.path))).toBeNull()
    const commit = good(await repository.commitFiles(parent, change))
    expect(good(await repository.readFile(commit, file.path))).toBe(file.text)
    expect(good(await repository.changedFiles(parent, commit))).toEqual([file.path, other.path])
    expect(at.git('log', '-1', '--format=%P', commit)).toBe(parent)
    expect(good(await repository.commitFiles(commit, change))).toBe(commit)
    expect(good(await repository.readFile(commit, 'src'))).toBeNull()
    expect(at.snapshot()).toBe(before)
  })

  it('stay executable when they were', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    at.git('update-index', '--chmod=+x', 'README.md')
    at.git('commit', '--quiet', '-m', 'Executable')
    const commit = good(await repository.commitFiles(at.tip(), { files: [{ path: 'README.md', text: 'new\n' }], message: 'x\n' }))
    expect(at.git('ls-tree', commit, 'README.md')).toContain('100755')
  })
})

describe('commitNamed', () => {
  it('finds a commit by its hash or the beginning of it, and only in the history that was asked for', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const { base, onto, commit } = forked(at, { 'a.txt': 'a\n' }, { 'b.txt': 'b\n' })
    expect(good(await repository.commitNamed(base.slice(0, 9), onto))).toBe(base)
    expect(good(await repository.commitNamed(onto.toUpperCase(), onto))).toBe(onto)
    const tree = at.git('rev-parse', `${onto}^{tree}`)
    for (const name of [commit, tree, '0'.repeat(40), 'main', 'HEAD', '--all', onto.slice(0, 6), `${onto.slice(0, 9)}^{/x}`, ''])
      expect(good(await repository.commitNamed(name, onto)), name).toBeNull()
  })
})
