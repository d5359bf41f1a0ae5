import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { structuralMerge } from '../../../src/compose/structural-merge.js'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'
import { fakeMergiraf, type MergirafMood } from '../../support/mergiraf.js'

type Files = Readonly<Record<string, string>>

const forked = (at: GitRepository, ours: Files, theirs: Files) => {
  const base = at.tip()
  const onto = at.commit('Ours', ours)
  at.git('checkout', '--quiet', '-b', 'theirs', base)
  const commit = at.commit('Theirs', theirs)
  at.git('checkout', '--quiet', 'main')
  return { onto, commit }
}

const withProgram = async (at: GitRepository, { mood = 'merges', setting = 'auto' }: { mood?: MergirafMood; setting?: string } = {}) => {
  const folder = fakeMergiraf(at.home, mood)
  const env = { ...at.environment, PATH: `${folder}:${at.environment['PATH'] ?? ''}` }
  const where = { setting, root: at.root, surroundings: { env, platform: process.platform } }
  const { repository } = await openedOn(at, undefined, structuralMerge(where))
  const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [])
  return { repository, calls }
}

const added = [{ 'src/a.txt': '1\n2\nours\n3\n', 'other.txt': 'x\n' }, { 'src/a.txt': '1\n2\ntheirs\n3\n' }] as const

describe('a conflict and a program that merges by structure', () => {
  it('is merged by it, which is told and stands in the history; other files are not shown to it', async () => {
    using at = ordinaryRepository()
    const { repository, calls } = await withProgram(at)
    const { onto, commit } = forked(at, ...added)
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n\nOrch-Task: 1A\n'))
    if (merge.kind !== 'merged') throw new Error('a conflict')
    expect(merge.structural).toEqual(['src/a.txt'])
    expect(at.git('show', `${merge.commit}:src/a.txt`)).toBe('1\n2\n3\nours\ntheirs')
    expect(at.git('show', `${merge.commit}:other.txt`)).toBe('x')
    expect(at.git('log', '-1', '--format=%(trailers)', merge.commit)).toBe('Orch-Task: 1A\nOrch-Structural-Merge: src/a.txt')
    expect(calls()).toEqual(['src/a.txt'])
  })

  it('has no conflict to be laid out either', async () => {
    using at = ordinaryRepository()
    const { repository } = await withProgram(at)
    const { onto, commit } = forked(at, ...added)
    const workspace = { branch: 'orch/r/1A', path: at.path('.orch', 'worktrees', 'r', '1A'), base: commit }
    good(await repository.openWorkspace(workspace))
    expect(good(await repository.layOutConflict(workspace, onto)).files).toEqual([])
  })

  it.each<MergirafMood>(['conflicts', 'lies', 'crashes'])('stays a conflict with both sides when the program %s', async (mood) => {
    using at = ordinaryRepository()
    const { repository } = await withProgram(at, { mood })
    const { onto, commit } = forked(at, ...added)
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n'))
    if (merge.kind !== 'conflict') throw new Error('no conflict')
    expect(merge.files).toEqual(['src/a.txt'])
    expect(at.git('show', `${merge.tree}:src/a.txt`)).toMatch(/<<<<<<< .*\nours\n=======\ntheirs\n>>>>>>> /)
  })

  it.each([
    ['switched off', 'off'],
    ['not there', 'no-such-program'],
  ])('is left alone where the program is %s', async (_, setting) => {
    using at = ordinaryRepository()
    const { repository, calls } = await withProgram(at, { setting })
    const { onto, commit } = forked(at, ...added)
    expect(good(await repository.tryMerge(onto, commit, 'Merge\n')).kind).toBe('conflict')
    expect(calls()).toEqual([])
  })

  it('keeps to what it can do: a file that one side deleted, one that is no text, and the others of the same merge', async () => {
    using at = ordinaryRepository()
    at.commit('More', { 'deleted.txt': '1\n', 'binary.bin': '\0\u0001' })
    const { repository, calls } = await withProgram(at)
    const base = at.tip()
    at.git('rm', '--quiet', 'deleted.txt')
    const onto = at.commit('Ours', { 'src/a.txt': '1\n2\nours\n3\n', 'binary.bin': '\0ours' })
    at.git('checkout', '--quiet', '-b', 'theirs', base)
    const commit = at.commit('Theirs', { 'src/a.txt': '1\n2\ntheirs\n3\n', 'binary.bin': '\0theirs', 'deleted.txt': '2\n' })
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n'))
    if (merge.kind !== 'conflict') throw new Error('no conflict')
    expect([...merge.files].sort()).toEqual(['binary.bin', 'deleted.txt'])
    expect(at.git('show', `${merge.tree}:src/a.txt`)).toBe('1\n2\n3\nours\ntheirs')
    expect(calls()).toEqual(['src/a.txt'])
  })
})
