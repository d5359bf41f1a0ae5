import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/core/work.js'
import { type GitRepository, good, type Opened, openedOn, ordinaryRepository } from '../../support/git-repository.js'
import { makeHostile } from '../../support/hostile-settings.js'
import { addSubmodule, initSubmodules, makeRemote, makeRepository } from '../../support/nested-repository.js'

interface Scene extends Opened {
  readonly at: GitRepository
  readonly task: Workspace
  /** Where the task's branch stands: with the nested repository in it. */
  readonly commit: string
}

const message = 'Work\n'

/** A task whose agent has made a repository in its worktree, and written into its settings what git should run. */
async function sceneOf(at: GitRepository) {
  const opened = await openedOn(at)
  const task = opened.workspace('1A')
  good(await opened.repository.openWorkspace(task))
  makeRepository(at, join(task.path, 'lib'))
  const { commit } = good(await opened.repository.commitWork(task, { message, since: task.base, never: ['.env'] }))
  expect(at.git('ls-tree', commit, 'lib')).toMatch(/^160000 commit/)
  const ran = makeHostile(join(task.path, 'lib'), at.home)
  const scene: Scene = { ...opened, at, task, commit }
  return { scene, ran }
}

const acts: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
  [
    'work is committed, once and again',
    async ({ at, repository, task, commit }) => {
      at.write({ 'more.txt': 'more\n', '.env': 'SECRET=1\n' }, task.path)
      const more = { message, since: commit, never: ['.env'] }
      const { changed } = good(await repository.commitWork(task, more))
      expect(changed).toBe(true)
      good(await repository.commitWork(task, more))
    },
  ],
  [
    'a worktree is looked at and put back',
    async ({ at, repository, task, commit }) => {
      at.write({ 'astray.txt': 'astray\n' }, task.path)
      good(await repository.snapshot(task.path))
      expect(good(await repository.putBack(task, { head: commit, tree: commit }))).toEqual(['astray.txt'])
    },
  ],
  [
    'changes of others are looked for',
    async ({ at, repository, task }) => {
      const place = { path: task.path, stamp: '1', isDue: true }
      const sentinel = repository.sentinel()
      good(await sentinel.settle(place))
      good(await sentinel.look([place]))
      at.write({ 'astray.txt': 'astray\n' }, task.path)
      const changes = good(await sentinel.look([place]))
      expect(changes.map((change) => change.name)).toEqual(['astray.txt'])
      good(await sentinel.keep(changes))
      good(await sentinel.inspect([join(task.path, 'lib', 'lib.txt')]))
    },
  ],
  [
    'a conflict is laid out and resolved',
    async ({ at, repository, task }) => {
      at.write({ 'src/a.txt': 'task\n2\n3\n' }, task.path)
      good(await repository.commitWork(task, { message, since: task.base, never: [] }))
      const onto = at.commit('Meanwhile', { 'src/a.txt': 'other\n2\n3\n' })
      expect(good(await repository.layOutConflict(task, onto)).files).toEqual(['src/a.txt'])
      at.write({ 'src/a.txt': 'both\n2\n3\n' }, task.path)
      good(await repository.commitResolution(task, { message, onto, files: ['src/a.txt'], never: [] }))
    },
  ],
  [
    'what was merged before is joined',
    async ({ at, repository, task, commit }) => {
      const onto = at.commit('Meanwhile', { 'before.txt': 'before\n' })
      const merge = good(await repository.tryMerge(onto, commit, message))
      if (merge.kind !== 'merged') throw new Error('conflict')
      good(await repository.advanceWorkspace(task, merge.commit))
    },
  ],
  ['a task is begun anew', async ({ repository, task }) => good(await repository.startAnew(task, task.base))],
  [
    'a worktree is opened again, by hand made unknown to git before',
    async ({ at, repository, task }) => {
      at.write({ '.git': 'gitdir: lib/.git\n' }, task.path)
      good(await repository.openWorkspace(task))
    },
  ],
  [
    'a worktree is closed that holds nothing else',
    async ({ repository, task, commit }) => {
      good(await repository.keepSpares(2))
      good(await repository.closeWorkspace(task, commit))
    },
  ],
  [
    'a worktree is closed whose branch somebody deleted',
    async ({ at, repository, task, commit }) => {
      at.git('update-ref', '-d', `refs/heads/${task.branch}`)
      good(await repository.closeWorkspace(task, commit))
    },
  ],
]

describe.skipIf(process.platform === 'win32')('no program that the settings of a repository in a worktree name runs when', () => {
  it.each(acts)('%s', async (_what, act) => {
    using at = ordinaryRepository()
    const { scene, ran } = await sceneOf(at)
    await act(scene)
    expect(ran()).toEqual([])
    expect(existsSync(join(scene.task.path, 'lib', '.git'))).toBe(true)
    // Git as it comes does run them, so there was something to be seen.
    at.gitIn(join(scene.task.path, 'lib'), 'status')
    expect(ran()).toContain('clean')
  })

  it('a scratch is committed, moved and closed', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const { path } = workspace('stage-1')
    good(await repository.openScratch(path, at.tip()))
    makeRepository(at, join(path, 'lib'))
    const first = good(await repository.commitScratch(path, { message, parent: at.tip(), never: [] }))
    const ran = makeHostile(join(path, 'lib'), at.home)
    at.write({ 'more.txt': 'more\n' }, path)
    good(await repository.commitScratch(path, { message, parent: first, never: [] }))
    good(await repository.openScratch(path, first))
    good(await repository.closeScratch(path))
    expect(ran()).toEqual([])
    at.gitIn(path, 'status')
    expect(ran()).toContain('clean')
  })

  /** A task in whose worktree a submodule was fetched, and given such settings; git would have to read its files anew. */
  const withSubmodule = async (at: GitRepository) => {
    addSubmodule(at, at.root, { remote: makeRemote(at, 'lib'), path: 'lib' })
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    initSubmodules(at, task.path)
    const lib = join(task.path, 'lib')
    return { repository, task, lib, ran: makeHostile(lib, at.home) }
  }

  it('a submodule is looked into, and goes with its worktree since all of it is elsewhere', async () => {
    using at = ordinaryRepository()
    const { repository, task, lib, ran } = await withSubmodule(at)
    at.gitIn(lib, 'status')
    expect(ran()).toContain('clean')
    at.write({ 'lib.txt': 'lib\n' }, lib)
    expect(good(await repository.closeWorkspace(task, task.base))).toEqual({ isClosed: true, nested: [] })
    expect(ran()).toEqual([])
  })

  it('a submodule is looked into of which objects are missing, which git would fetch', async () => {
    using at = ordinaryRepository()
    const { repository, task, lib, ran } = await withSubmodule(at)
    const head = at.tip('HEAD', lib)
    rmSync(join(at.gitIn(lib, 'rev-parse', '--absolute-git-dir'), 'objects', head.slice(0, 2), head.slice(2)))
    expect(good(await repository.closeWorkspace(task, task.base))).toEqual({ isClosed: false, nested: ['lib'] })
    expect(ran()).toEqual([])
    expect(() => at.gitIn(lib, 'log')).toThrow()
    expect(ran()).toContain('ssh')
  })

  it('a stage lands, or is refused, where a person has such a repository', async () => {
    using at = ordinaryRepository()
    makeRepository(at, at.path('lib'))
    const from = at.commit('Nested')
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'src/a.txt': 'task\n2\n3\n' }, task.path)
    const { commit: to } = good(await repository.commitWork(task, { message, since: from, never: [] }))
    const ran = makeHostile(at.path('lib'), at.home)
    at.write({ 'src/a.txt': 'mine\n' })
    const refused = await repository.land('main', from, to, task.branch)
    expect(refused).toMatchObject({ ok: false, error: { reason: 'checkout-in-the-way', detail: 'src/a.txt' } })
    at.git('-c', 'diff.ignoreSubmodules=all', 'checkout', '--quiet', '--', 'src/a.txt')
    good(await repository.land('main', from, to, task.branch))
    expect(at.read('src/a.txt')).toBe('task\n2\n3\n')
    expect(ran()).toEqual([])
    at.git('status')
    expect(ran()).toContain('clean')
  })
})
