import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { QuietPlace, Sentinel } from '../../../src/engine/ports/sentinel.js'
import { type GitRepository, good, linkedWorktree, openedOn, ordinaryRepository, sha256Repository } from '../../support/git-repository.js'

const namesSeen = async (sentinel: Sentinel, quiet: QuietPlace[] = []): Promise<string[]> =>
  good(await sentinel.look(quiet))
    .map((c) => c.name)
    .sort()

/** A task's worktree, and a watch that has not looked yet. */
async function watchedTask(at: GitRepository) {
  const { repository, workspace } = await openedOn(at)
  const one = workspace('1A')
  good(await repository.openWorkspace(one))
  return { repository, workspace, one, sentinel: repository.sentinel() }
}

const kinds: [what: string, make: () => GitRepository][] = [
  ['an ordinary repository', ordinaryRepository],
  ['a repository with SHA-256', sha256Repository],
  ['a linked worktree', linkedWorktree],
]

describe.each(kinds)('in %s', (_what, make) => {
  it('sees what a person or an agent did, once, and changes nothing by looking', async () => {
    using at = make()
    const { repository } = await openedOn(at)
    at.write({ 'dirty.txt': 'before\n', 'ümlaut new.txt': 'x\n' })
    const sentinel = repository.sentinel()
    expect(await namesSeen(sentinel)).toEqual([])
    at.write({ 'dirty.txt': 'after\n', 'src/ümlaut file.txt': 'changed\n' })
    rmSync(at.path('src/a.txt'))
    at.git('branch', 'new')
    const before = at.snapshot()
    expect(await namesSeen(sentinel)).toEqual(['dirty.txt', 'refs/heads/new', 'src/a.txt', 'src/ümlaut file.txt'])
    expect(await namesSeen(sentinel)).toEqual([])
    expect(at.snapshot()).toBe(before)
  })

  it('makes a patch that takes back exactly what changed, uncommitted edits from before included', async () => {
    using at = make()
    const { repository } = await openedOn(at)
    at.write({ 'src/a.txt': 'my edit\n', 'mine.txt': 'mine\n' })
    const sentinel = repository.sentinel()
    good(await sentinel.look([]))
    const before = at.snapshot()
    at.write({ 'src/a.txt': 'overwritten\n', 'mine.txt': 'too\n', 'new\tfile.bin': '\0\u0001\0', 'README.md': 'also\n' })
    const changes = good(await sentinel.look([]))
    at.write({ 'leak.patch': good(await sentinel.keep(changes)) })
    at.git('apply', '-R', 'leak.patch')
    rmSync(at.path('leak.patch'))
    expect(at.snapshot()).toBe(before)
  })
})

describe('what orch does itself is not foreign', () => {
  it('moves of branches, landings and what they bring into the checkout', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const base = at.tip()
    const one = workspace('1A')
    const sentinel = repository.sentinel()
    good(await sentinel.look([]))
    good(await repository.openWorkspace(one))
    at.write({ 'src/a.txt': 'work\n', 'b.txt': 'b\n' }, one.path)
    const { commit } = good(await repository.commitWork(one, { message: 'Work\n', since: base, never: [] }))
    good(await repository.land('main', base, commit, one.branch))
    good(await repository.closeWorkspace(one, commit))
    expect(at.read('b.txt')).toBe('b\n')
    expect(await namesSeen(sentinel)).toEqual([])
  })

  it('while a move by somebody else on top of it is', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const sentinel = repository.sentinel()
    const first = at.tip()
    good(await sentinel.look([]))
    good(await repository.moveBranch('orch/r1/stage-1', null, first))
    const second = at.commit('Second')
    good(await sentinel.look([]))
    at.git('update-ref', 'refs/heads/orch/r1/stage-1', second)
    expect(good(await sentinel.look([]))).toEqual([
      { kind: 'ref', name: 'refs/heads/orch/r1/stage-1', place: null, before: first, after: second, madeIn: null },
    ])
  })
})

describe('a ref is seen', () => {
  const moves: readonly (readonly [string, (at: GitRepository) => unknown, readonly string[]])[] = [
    ['that is made beside packed ones', (at) => at.git('branch', 'new'), ['refs/heads/new']],
    ['that is packed and goes', (at) => at.git('branch', '-D', 'old'), ['refs/heads/old']],
    ['that is packed and moves', (at) => at.git('branch', '-f', 'old', 'HEAD~1'), ['refs/heads/old']],
    ['not when it is only packed', (at) => at.git('pack-refs', '--all'), []],
    ['that is a tag with a text', (at) => at.git('tag', '-a', '-m', 'text', 'v1'), ['refs/tags/v1']],
    ['that stands for another', (at) => at.git('symbolic-ref', 'refs/heads/link', 'refs/heads/main'), ['refs/heads/link']],
    ['under an odd name', (at) => at.git('branch', 'ümlaut@x'), ['refs/heads/ümlaut@x']],
    ['deep below', (at) => at.git('update-ref', 'refs/a/b/c/d', 'HEAD'), ['refs/a/b/c/d']],
    ['written by hand', (at) => at.write({ '.git/refs/heads/main': `${at.git('rev-parse', 'HEAD~1')}\n` }), ['refs/heads/main']],
    ['not while it is being locked', (at) => at.write({ '.git/refs/heads/main.lock': '' }), []],
    ['not of a remote', (at) => at.git('update-ref', 'refs/remotes/origin/x', 'HEAD'), []],
    [
      'among hundreds',
      (at) => {
        const commit = at.tip()
        at.write(Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`.git/refs/heads/n/${n}`, `${commit}\n`])))
      },
      Array.from({ length: 400 }, (_, n) => `refs/heads/n/${n}`).sort(),
    ],
  ]

  it.each(moves)('%s', async (_name, move, seen) => {
    using at = ordinaryRepository()
    at.commit('Second', { 'second.txt': 'x\n' })
    at.git('branch', 'old')
    at.git('pack-refs', '--all')
    at.git('branch', 'loose')
    const { repository } = await openedOn(at)
    const sentinel = repository.sentinel()
    expect(await namesSeen(sentinel)).toEqual([])
    move(at)
    expect(await namesSeen(sentinel)).toEqual(seen)
    expect(await namesSeen(sentinel)).toEqual([])
  })

  it('with the worktree in which its branch is checked out, or its commit was made', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    good(await sentinel.look([]))
    at.commit('By the agent', { 'x.txt': 'x\n' }, one.path)
    at.git('branch', 'taken', one.branch)
    expect(good(await sentinel.look([]))).toMatchObject([
      { name: `refs/heads/${one.branch}`, place: one.path, madeIn: one.path },
      { name: 'refs/heads/taken', place: null, madeIn: one.path },
    ])
  })
})

describe('a quiet worktree', () => {
  it('is watched as long as its stamp stays', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    good(await sentinel.look([{ path: one.path, stamp: '1', isDue: true }]))
    at.write({ 'foreign.txt': 'x\n' }, one.path)
    expect(await namesSeen(sentinel, [{ path: one.path, stamp: '1', isDue: true }])).toEqual(['foreign.txt'])
    at.write({ 'own.txt': 'x\n' }, one.path)
    expect(await namesSeen(sentinel, [{ path: one.path, stamp: '2', isDue: true }])).toEqual([])
  })
})

describe('a quiet worktree whose turn it is not', () => {
  it('is passed over, and what changed in it is found when it is its turn', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    const place = { path: one.path, stamp: '1' }
    good(await sentinel.look([{ ...place, isDue: true }]))
    at.write({ 'foreign.txt': 'x\n' }, one.path)
    expect(await namesSeen(sentinel, [{ ...place, isDue: false }])).toEqual([])
    expect(await namesSeen(sentinel, [{ ...place, isDue: true }])).toEqual(['foreign.txt'])
  })
})

describe('work that is settled', () => {
  it('is compared with what it held then, though it was never looked at with the others', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    good(await sentinel.look([]))
    const place = { path: one.path, stamp: '1' }
    at.write({ 'left.txt': 'by a check\n' }, one.path)
    good(await sentinel.settle(place))
    good(await sentinel.look([]))
    at.write({ 'foreign.txt': 'x\n', 'left.txt': 'changed\n' }, one.path)
    expect(await namesSeen(sentinel, [{ ...place, isDue: true }])).toEqual(['foreign.txt', 'left.txt'])
    expect(await namesSeen(sentinel, [{ ...place, isDue: true }])).toEqual([])
  })

  it('hides nothing that was done elsewhere', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    good(await sentinel.look([]))
    at.write({ 'mine.txt': 'x\n' })
    good(await sentinel.settle({ path: one.path, stamp: '1' }))
    expect(await namesSeen(sentinel)).toEqual(['mine.txt'])
  })
})

describe('the stash', () => {
  it('tells where an entry was made, notices a lost one deep in it, and keeps it reachable', async () => {
    using at = ordinaryRepository()
    const { one, sentinel } = await watchedTask(at)
    good(await sentinel.look([]))
    for (const n of ['1', '2']) {
      at.write({ 'src/a.txt': `${n}\n` })
      at.git('stash')
    }
    const lost = at.tip('stash@{1}')
    at.write({ 'src/a.txt': 'in 1A\n' }, one.path)
    at.gitIn(one.path, 'stash')
    const made = good(await sentinel.look([]))
    expect(made.map((c) => [c.place, c.madeIn])).toEqual(
      expect.arrayContaining([
        [one.path, one.path],
        [at.root, null],
      ]),
    )
    at.git('stash', 'drop', '--quiet', 'stash@{2}')
    const dropped = good(await sentinel.look([]))
    expect(dropped).toMatchObject([{ name: 'refs/stash', before: lost, after: null }])
    expect(good(await sentinel.keep(dropped))).toMatch(/^-3$/m)
    expect(at.tip(`refs/orch/kept/${lost}`)).toBe(lost)
  })
})
