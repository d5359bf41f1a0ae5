import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/core/work.js'
import { bad, type GitRepository, good, type Opened, openedOn, ordinaryRepository } from '../../support/git-repository.js'
import { addSubmodule, cloneInto, initSubmodules, makeRemote, makeRepository } from '../../support/nested-repository.js'

interface Scene extends Opened {
  readonly at: GitRepository
  readonly task: Workspace
  /** The submodule in the task's worktree. */
  readonly lib: string
}

/** A repository with a submodule `lib`, which has one called `inner`, and a task in whose worktree both are there as a setup command leaves them. */
async function sceneOf(at: GitRepository, prepareRemote: (remote: string) => void = () => undefined): Promise<Scene> {
  const remote = makeRemote(at, 'lib')
  addSubmodule(at, remote, { remote: makeRemote(at, 'inner'), path: 'deep/inner' })
  at.commit('Later', { 'later.txt': 'later\n' }, remote)
  prepareRemote(remote)
  addSubmodule(at, at.root, { remote, path: 'lib' })
  const opened = await openedOn(at)
  const task = opened.workspace('1A')
  good(await opened.repository.openWorkspace(task))
  initSubmodules(at, task.path)
  return { ...opened, at, task, lib: join(task.path, 'lib') }
}

/** What an agent's session leaves is committed and merged. */
async function merged({ repository, task }: Scene): Promise<string> {
  return good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] })).commit
}

const innerOf = (lib: string): string => join(lib, 'deep', 'inner')

const harmless: readonly (readonly [string, (scene: Scene) => void])[] = [
  ['submodules that nobody touched', () => undefined],
  ['submodules that were touched and not changed', ({ at, lib }) => at.write({ 'lib.txt': 'lib\n' }, lib)],
  ['a submodule at another commit of its remote', ({ at, lib }) => void at.gitIn(lib, 'checkout', '--quiet', 'HEAD~1')],
  ['submodules that were removed from it with git', ({ at, task }) => void at.gitIn(task.path, 'submodule', '--quiet', 'deinit', '--all')],
  [
    'a repository that was cloned into it',
    ({ at, task }) => void cloneInto(at, join(at.home, 'inner'), join(task.path, 'vendor', 'clone')),
  ],
]

const holding: readonly (readonly [string, (scene: Scene) => unknown, where?: string])[] = [
  ['an edit', ({ at, lib }) => at.write({ 'lib.txt': 'edited\n' }, lib)],
  [
    'an edit that is staged',
    ({ at, lib }) => {
      at.write({ 'lib.txt': 'edited\n' }, lib)
      at.gitIn(lib, 'add', '-A')
    },
  ],
  [
    'an edit that is staged and undone in the file',
    ({ at, lib }) => {
      at.write({ 'lib.txt': 'edited\n' }, lib)
      at.gitIn(lib, 'add', '-A')
      at.write({ 'lib.txt': 'lib\n' }, lib)
    },
  ],
  ['a new file', ({ at, lib }) => at.write({ 'new.txt': 'new\n' }, lib)],
  [
    'a new file that its own settings hide',
    ({ at, lib }) => {
      at.gitIn(lib, 'config', 'status.showUntrackedFiles', 'no')
      at.write({ 'new.txt': 'new\n' }, lib)
    },
  ],
  [
    'an edit of a file that git was told not to look at',
    ({ at, lib }) => {
      at.gitIn(lib, 'update-index', '--assume-unchanged', 'lib.txt')
      at.write({ 'lib.txt': 'edited\n' }, lib)
    },
  ],
  ['a commit', ({ at, lib }) => void at.commit('Mine', { 'lib.txt': 'mine\n' }, lib)],
  [
    'a commit on a branch that is not checked out',
    ({ at, lib }) => {
      at.gitIn(lib, 'switch', '--quiet', '-c', 'mine')
      at.commit('Mine', { 'lib.txt': 'mine\n' }, lib)
      at.gitIn(lib, 'checkout', '--quiet', '--detach', 'mine~1')
    },
  ],
  [
    'a commit that was reset away',
    ({ at, lib }) => {
      at.commit('Mine', { 'lib.txt': 'mine\n' }, lib)
      at.gitIn(lib, 'reset', '--quiet', '--hard', 'HEAD~1')
    },
  ],
  [
    'a stash',
    ({ at, lib }) => {
      at.write({ 'lib.txt': 'edited\n' }, lib)
      at.gitIn(lib, 'stash', '--quiet')
    },
  ],
  [
    'a tag on a commit that nothing else leads to',
    ({ at, lib }) => {
      const commit = at.gitIn(lib, 'commit-tree', '-m', 'Mine', 'HEAD^{tree}')
      at.gitIn(lib, 'tag', 'mine', commit)
    },
  ],
  [
    'a worktree of its own',
    ({ at, lib }) => void at.gitIn(lib, 'worktree', 'add', '--quiet', '--detach', join(at.home, 'of the submodule')),
  ],
  ['an edit in a submodule of it', ({ at, lib }) => at.write({ 'lib.txt': 'edited\n' }, innerOf(lib)), 'lib/deep/inner'],
  ['a git folder that is broken', ({ at, lib }) => rmSync(join(at.gitIn(lib, 'rev-parse', '--absolute-git-dir'), 'HEAD'))],
  ['no log of where its HEAD was', ({ at, lib }) => rmSync(join(at.gitIn(lib, 'rev-parse', '--absolute-git-dir'), 'logs', 'HEAD'))],
  [
    'a pointer to a git folder elsewhere',
    ({ at, lib }) => {
      const own = at.gitIn(lib, 'rev-parse', '--absolute-git-dir')
      at.gitIn(lib, 'config', '--unset', 'core.worktree')
      renameSync(own, join(at.home, 'moved.git'))
      writeFileSync(join(lib, '.git'), `gitdir: ${join(at.home, 'moved.git')}\n`)
    },
  ],
]

describe('a worktree is put away that has', () => {
  it.each(harmless)('%s', async (_what, act) => {
    using at = ordinaryRepository()
    const scene = await sceneOf(at)
    act(scene)
    expect(good(await scene.repository.closeWorkspace(scene.task, await merged(scene)))).toEqual({ isClosed: true, nested: [] })
    expect(existsSync(scene.task.path)).toBe(false)
    expect(at.git('worktree', 'list').split('\n')).toHaveLength(1)
  })

  it('submodules of which nothing was fetched', async () => {
    using at = ordinaryRepository()
    addSubmodule(at, at.root, { remote: makeRemote(at, 'lib'), path: 'lib' })
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    expect(existsSync(join(task.path, 'lib'))).toBe(true)
    expect(good(await repository.closeWorkspace(task, task.base))).toEqual({ isClosed: true, nested: [] })
  })

  it('submodules with a tag that no branch of the remote has', async () => {
    using at = ordinaryRepository()
    const scene = await sceneOf(at, (remote) => {
      at.gitIn(remote, 'switch', '--quiet', '-c', 'aside')
      at.commit('Aside', { 'aside.txt': 'aside\n' }, remote)
      at.gitIn(remote, 'tag', 'aside-1')
      at.gitIn(remote, 'switch', '--quiet', 'main')
      at.gitIn(remote, 'branch', '--quiet', '-D', 'aside')
    })
    expect(at.gitIn(scene.lib, 'tag')).toBe('aside-1')
    expect(good(await scene.repository.closeWorkspace(scene.task, await merged(scene)))).toEqual({ isClosed: true, nested: [] })
  })

  it('a shallow submodule, at a commit that was fetched by its id', async () => {
    using at = ordinaryRepository()
    const remote = makeRemote(at, 'lib')
    addSubmodule(at, at.root, { remote: `file://${remote}`, path: 'lib' })
    at.commit('Later', { 'later.txt': 'later\n' }, remote)
    at.gitIn(remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    initSubmodules(at, task.path, '--depth', '1')
    expect(at.gitIn(join(task.path, 'lib'), 'rev-parse', '--is-shallow-repository')).toBe('true')
    expect(good(await repository.closeWorkspace(task, task.base))).toEqual({ isClosed: true, nested: [] })
  })
})

describe('a worktree is kept, and it is said why, where a submodule has', () => {
  it.each(holding.map(([what, act, where = 'lib']) => ({ what, act, where })))('$what', async ({ act, where }) => {
    using at = ordinaryRepository()
    const scene = await sceneOf(at)
    act(scene)
    const tip = await merged(scene)
    expect(good(await scene.repository.closeWorkspace(scene.task, tip))).toEqual({ isClosed: false, nested: [where] })
    expect(existsSync(join(scene.lib, 'lib.txt'))).toBe(true)
    expect(at.tip(scene.task.branch)).toBe(tip)
  })

  it('a commit, also when the worktree of the whole of a stage is closed', async () => {
    using at = ordinaryRepository()
    const { repository, workspace, lib } = await sceneOf(at)
    const { path } = workspace('stage-1')
    good(await repository.openScratch(path, at.tip()))
    initSubmodules(at, path)
    at.commit('Mine', { 'lib.txt': 'mine\n' }, join(path, 'lib'))
    good(await repository.commitScratch(path, { message: 'Work\n', parent: at.tip(), never: [] }))
    expect(good(await repository.closeScratch(path))).toEqual({ isClosed: false, nested: ['lib'] })
    expect(at.read('lib.txt', join(path, 'lib'))).toBe('mine\n')
    expect(at.read('lib.txt', lib)).toBe('lib\n')
  })
})

describe('a worktree is kept that has', () => {
  it('a repository which an agent made', async () => {
    using at = ordinaryRepository()
    const scene = await sceneOf(at)
    makeRepository(at, join(scene.task.path, 'mine'))
    const tip = await merged(scene)
    expect(at.git('ls-tree', tip, 'mine')).toMatch(/^160000 commit/)
    expect(good(await scene.repository.closeWorkspace(scene.task, tip))).toEqual({ isClosed: false, nested: ['mine'] })
  })

  it('files in the folder of a submodule of which nothing was fetched', async () => {
    using at = ordinaryRepository()
    addSubmodule(at, at.root, { remote: makeRemote(at, 'lib'), path: 'lib' })
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'lib/notes.txt': 'mine\n' }, task.path)
    expect(good(await repository.closeWorkspace(task, task.base))).toEqual({ isClosed: false, nested: ['lib'] })
    expect(at.read('lib/notes.txt', task.path)).toBe('mine\n')
  })

  it('the git folder of a submodule that was taken out, with a commit of its own', async () => {
    using at = ordinaryRepository()
    const scene = await sceneOf(at)
    at.commit('Mine', { 'lib.txt': 'mine\n' }, scene.lib)
    const store = at.gitIn(scene.lib, 'rev-parse', '--absolute-git-dir')
    at.gitIn(scene.task.path, 'rm', '--quiet', '--force', 'lib')
    expect(good(await scene.repository.closeWorkspace(scene.task, await merged(scene)))).toEqual({ isClosed: false, nested: [store] })
  })
})

describe('commits in a submodule of a worktree that somebody deleted', () => {
  const deleted = async (at: GitRepository) => {
    const scene = await sceneOf(at)
    const mine = at.commit('Mine', { 'lib.txt': 'mine\n' }, scene.lib)
    const tip = await merged(scene)
    rmSync(scene.task.path, { recursive: true })
    const isThere = (store: string): boolean => {
      const env = { ...at.environment, GIT_OBJECT_DIRECTORY: join(store, 'objects') }
      return execFileSync('git', ['cat-file', '-t', mine], { cwd: at.root, env, encoding: 'utf8' }) === 'commit\n'
    }
    return { ...scene, tip, isThere }
  }

  it('are a reason to keep what git still has of it', async () => {
    using at = ordinaryRepository()
    const { repository, task, tip, commonDir, isThere } = await deleted(at)
    const store = join(commonDir, 'worktrees', '1A', 'modules', 'lib')
    expect(good(await repository.closeWorkspace(task, tip))).toEqual({ isClosed: false, nested: [store] })
    expect(isThere(store)).toBe(true)
  })

  it('are moved aside where it is made anew', async () => {
    using at = ordinaryRepository()
    const { repository, task, isThere } = await deleted(at)
    good(await repository.openWorkspace(task))
    expect(isThere(join(`${task.path}.kept-1`, 'lib'))).toBe(true)
  })

  it('are moved aside where git is to forget it', async () => {
    using at = ordinaryRepository()
    const { repository, task, isThere } = await deleted(at)
    good(await repository.forgetWorktree(task.path))
    expect(at.git('worktree', 'list').split('\n')).toHaveLength(1)
    expect(isThere(join(`${task.path}.kept-1`, 'lib'))).toBe(true)
  })
})

describe('a repository that an agent made in the place of a file is moved beside the worktree, with its commits, when', () => {
  const begun = async (at: GitRepository) => {
    at.commit('Files', { 'lib/a': 'file\n' })
    return openedOn(at)
  }

  const replace = (at: GitRepository, path: string): void => {
    rmSync(join(path, 'lib', 'a'), { recursive: true })
    makeRepository(at, join(path, 'lib', 'a'))
  }

  const expectAside = (at: GitRepository, path: string): void => {
    expect(at.read('lib/a', path)).toBe('file\n')
    expect(at.gitIn(`${path}.kept-1`, 'log', '--format=%s')).toBe('Lib')
  }

  it.each(['startAnew', 'putBack'] as const)('%s brings the file back', async (how) => {
    using at = ordinaryRepository()
    const { repository, workspace } = await begun(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    replace(at, task.path)
    if (how === 'startAnew') good(await repository.startAnew(task, task.base))
    else good(await repository.putBack(task, { head: task.base, tree: task.base }))
    expectAside(at, task.path)
  })

  it('a scratch goes back to a commit that has the file', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await begun(at)
    const { path, base } = workspace('stage-1')
    good(await repository.openScratch(path, base))
    replace(at, path)
    good(await repository.commitScratch(path, { message: 'Work\n', parent: base, never: [] }))
    good(await repository.openScratch(path, base))
    expectAside(at, path)
  })

  it('what was merged before has the file', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await begun(at)
    at.git('rm', '--quiet', 'lib/a')
    makeRepository(at, at.path('lib', 'a'))
    at.commit('Repository')
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    cloneInto(at, at.path('lib', 'a'), join(task.path, 'lib', 'a'))
    rmSync(at.path('lib', 'a'), { recursive: true })
    good(await repository.advanceWorkspace(task, at.commit('File', { 'lib/a': 'file\n' })))
    expectAside(at, task.path)
  })

  it('not where nothing else belongs there', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await begun(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    makeRepository(at, join(task.path, 'lib', 'mine'))
    good(await repository.startAnew(task, task.base))
    expect(at.gitIn(join(task.path, 'lib', 'mine'), 'log', '--format=%s')).toBe('Lib')
  })
})

it('a stage does not land where a file would take the place of a repository that the person has there', async () => {
  using at = ordinaryRepository()
  makeRepository(at, at.path('lib'))
  const from = at.commit('Nested')
  const { repository, workspace } = await openedOn(at)
  const task = workspace('1A')
  good(await repository.openWorkspace(task))
  rmSync(join(task.path, 'lib'), { recursive: true })
  at.write({ lib: 'file\n' }, task.path)
  const { commit: to } = good(await repository.commitWork(task, { message: 'Work\n', since: from, never: [] }))
  const refused = bad(await repository.land('main', from, to, task.branch))
  expect(refused).toMatchObject({ reason: 'checkout-in-the-way', detail: 'lib' })
  expect(at.gitIn(at.path('lib'), 'log', '--format=%s')).toBe('Lib')
  expect(at.tip('main')).toBe(from)
  renameSync(at.path('lib'), join(at.home, 'out of the way'))
  good(await repository.land('main', from, to, task.branch))
  expect(at.read('lib')).toBe('file\n')
})

describe.skipIf(process.platform === 'win32')('a disk that gives an error for', () => {
  const unreadable = (path: string): void => {
    renameSync(path, `${path} before`)
    symlinkSync(path, path)
  }

  const places: readonly (readonly [string, (commonDir: string) => string])[] = [
    ['the list of worktrees', (commonDir) => join(commonDir, 'worktrees')],
    ['what a worktree is', (commonDir) => join(commonDir, 'worktrees', '1A', 'gitdir')],
  ]

  it.each(places)('%s has nothing moved, made anew or deleted', async (_what, placeIn) => {
    using at = ordinaryRepository()
    const { repository, workspace, commonDir } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'work.txt': 'work\n' }, task.path)
    const place = placeIn(commonDir)
    unreadable(place)
    expect(bad(await repository.openWorkspace(task)).reason).toBe('git-failed')
    expect(bad(await repository.closeWorkspace(task, task.base)).reason).toBe('git-failed')
    expect(bad(await repository.closeScratch(task.path)).reason).toBe('git-failed')
    expect(bad(await repository.startAnew(task, task.base)).reason).toBe('git-failed')
    rmSync(place)
    renameSync(`${place} before`, place)
    good(await repository.openWorkspace(task))
    expect(at.read('work.txt', task.path)).toBe('work\n')
  })
})
