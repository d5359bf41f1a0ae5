import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bad, GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

describe('openWorkspace', () => {
  it('makes branch and worktree at the base, without tracking', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    expect(at.gitIn(task.path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/orch/r1/1A')
    expect(at.tip('HEAD', task.path)).toBe(task.base)
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
    expect(at.read('.git/config')).not.toContain('branch')
  })

  it('opens 24 at once and commits in all of them, and none fails', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const tasks = Array.from({ length: 24 }, (_, n) => workspace(`${n + 1}A`))
    const opened = await Promise.all(tasks.map((task) => repository.openWorkspace(task)))
    expect(opened.filter((result) => !result.ok)).toEqual([])
    expect(at.git('worktree', 'list').split('\n')).toHaveLength(25)
    const saved = await Promise.all(
      tasks.map((task) => {
        at.write({ 'src/a.txt': `${task.branch}\n` }, task.path)
        return repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] })
      }),
    )
    expect(new Set(saved.map((result) => good(result).commit)).size).toBe(24)
  })

  it('takes over what is there: commits, edits and untracked files stay', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    const tip = at.commit('By the agent', { 'a.txt': 'a\n' }, task.path)
    at.write({ 'src/a.txt': 'edited\n', 'new.txt': 'new\n' }, task.path)
    good(await repository.openWorkspace({ ...task, base: at.tip() }))
    expect(at.tip(task.branch)).toBe(tip)
    expect(at.read('src/a.txt', task.path)).toBe('edited\n')
    expect(at.read('new.txt', task.path)).toBe('new\n')
  })

  it('keeps a branch that has no worktree, and never resets it', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    const tip = at.commit('Later')
    at.git('branch', task.branch, tip)
    good(await repository.openWorkspace(task))
    expect(at.tip('HEAD', task.path)).toBe(tip)
  })

  it('makes a worktree again whose folder is gone, and leaves other missing ones alone', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.git('worktree', 'add', '--quiet', '-b', 'unplugged', join(at.home, 'on a disk that is unplugged'))
    rmSync(task.path, { recursive: true })
    rmSync(join(at.home, 'on a disk that is unplugged'), { recursive: true })
    good(await repository.openWorkspace(task))
    expect(at.read('README.md', task.path)).toBe('# Project\n')
    expect(at.git('worktree', 'list')).toContain('unplugged')
  })

  it('moves a folder of unknown origin aside and deletes nothing', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    at.write({ 'precious.txt': 'first\n' }, task.path)
    at.write({ 'precious.txt': 'earlier\n' }, `${task.path}.kept-1`)
    good(await repository.openWorkspace(task))
    expect(at.read('precious.txt', `${task.path}.kept-2`)).toBe('first\n')
    expect(at.read('precious.txt', `${task.path}.kept-1`)).toBe('earlier\n')
    expect(at.read('precious.txt', task.path)).toBeNull()
  })

  it('keeps the files aside when the entry in the repository was lost', async () => {
    using at = ordinaryRepository()
    const { repository, workspace, commonDir } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'work.txt': 'unsaved\n' }, task.path)
    rmSync(join(commonDir, 'worktrees', '1A'), { recursive: true })
    good(await repository.openWorkspace(task))
    expect(at.read('work.txt', `${task.path}.kept-1`)).toBe('unsaved\n')
    expect(at.tip('HEAD', task.path)).toBe(task.base)
  })

  it('makes a worktree again that git was killed while making', async () => {
    using at = ordinaryRepository()
    const { repository, workspace, commonDir } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    const entry = join(commonDir, 'worktrees', '1A')
    writeFileSync(join(entry, 'locked'), 'initializing')
    writeFileSync(join(entry, 'index.lock'), '')
    rmSync(join(entry, 'index'))
    rmSync(join(task.path, 'src'), { recursive: true })
    good(await repository.openWorkspace(task))
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
    expect(at.read('src/a.txt', task.path)).toBe('1\n2\n3\n')
  })

  it('makes one again that was not even half made', async () => {
    using at = ordinaryRepository()
    const { repository, workspace, commonDir } = await openedOn(at)
    const task = workspace('1A')
    const entry = join(commonDir, 'worktrees', '1A')
    at.write({ gitdir: `${join(task.path, '.git')}\n`, locked: 'initializing', HEAD: '0000000000000000000000000000000000000000\n' }, entry)
    mkdirSync(task.path, { recursive: true })
    good(await repository.openWorkspace(task))
    expect(at.tip('HEAD', task.path)).toBe(task.base)
  })

  it('finds its worktrees again after the whole project was moved', async () => {
    using at = ordinaryRepository()
    const task = (await openedOn(at)).workspace('1A')
    good(await (await openedOn(at)).repository.openWorkspace(task))
    at.write({ 'work.txt': 'unsaved\n' }, task.path)
    renameSync(at.root, join(at.home, 'moved'))
    const moved = new GitRepository(at.home, 'moved')
    const { repository, workspace } = await openedOn(moved)
    good(await repository.openWorkspace(workspace('1A', task.base)))
    expect(moved.read('work.txt', workspace('1A').path)).toBe('unsaved\n')
    expect(existsSync(`${workspace('1A').path}.kept-1`)).toBe(false)
  })

  it('says so when a person has the branch checked out', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    at.git('checkout', '--quiet', '-b', task.branch)
    expect(bad(await repository.openWorkspace(task))).toMatchObject({
      reason: 'git-failed',
      detail: expect.stringContaining('checked out'),
    })
  })

  it('heeds what the worktree list says, not what the .git file of the worktree says', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    const fake = join(at.home, 'fake')
    at.gitIn(at.home, 'init', '--quiet', 'fake')
    at.gitIn(fake, 'config', 'filter.evil.clean', `touch "${at.home}/filter-ran"; cat`)
    at.write({ '.git': `gitdir: ${fake}/.git\n`, '.gitattributes': '* filter=evil\n', 'work.txt': 'work\n' }, task.path)
    const { commit } = good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
    expect(at.tip(task.branch)).toBe(commit)
    expect(existsSync(join(at.home, 'filter-ran'))).toBe(false)
  })
})

describe('openScratch', () => {
  it('makes a worktree without a branch, and moves the one that is there; untracked files stay', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const path = at.path('.orch', 'worktrees', 'stage-1')
    const first = at.tip()
    const second = at.commit('Second', { 'src/a.txt': 'second\n', 'added.txt': 'x\n' })
    good(await repository.openScratch(path, second))
    at.write({ 'src/a.txt': 'left over\n', 'node_modules/m/index.js': '1\n' }, path)
    good(await repository.openScratch(path, first))
    expect(at.tip('HEAD', path)).toBe(first)
    expect(at.read('src/a.txt', path)).toBe('1\n2\n3\n')
    expect(at.read('added.txt', path)).toBeNull()
    expect(at.read('node_modules/m/index.js', path)).toBe('1\n')
    expect(() => at.gitIn(path, 'symbolic-ref', 'HEAD')).toThrow()
    good(await repository.closeScratch(path))
    good(await repository.closeScratch(path))
    expect(existsSync(path)).toBe(false)
  })

  it('never overwrites a checkout that is not its own', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    await expect(repository.openScratch(at.root, at.tip())).rejects.toThrow('Internal error')
    await expect(repository.closeScratch(join(at.home, 'elsewhere'))).rejects.toThrow('Internal error')
  })
})

describe('closeWorkspace', () => {
  const merged = async (at: GitRepository) => {
    const opened = await openedOn(at)
    const task = opened.workspace('1A')
    good(await opened.repository.openWorkspace(task))
    at.write({ 'work.txt': 'work\n', '.gitignore': 'dist\n' }, task.path)
    const { commit } = good(await opened.repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
    return { ...opened, task, commit }
  }

  it('removes worktree and branch when all of it is merged, ignored files and copied env files included', async () => {
    using at = ordinaryRepository()
    const { repository, task, commit } = await merged(at)
    at.write({ '.env': 'SECRET=1\n', 'dist/out.js': '1\n' }, task.path)
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: true })
    expect(existsSync(task.path)).toBe(false)
    expect(at.git('branch', '--list', 'orch/*')).toBe('')
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: true })
  })

  const disturbances: readonly (readonly [string, (at: GitRepository, path: string) => void])[] = [
    ['an untracked file', (at, path) => at.write({ 'notes.txt': 'mine\n' }, path)],
    ['an edit', (at, path) => at.write({ 'work.txt': 'edited\n' }, path)],
    [
      'a staged edit',
      (at, path) => {
        at.write({ 'work.txt': 'edited\n' }, path)
        at.gitIn(path, 'add', '-A')
      },
    ],
    ['a commit', (at, path) => void at.commit('More', { 'more.txt': 'x\n' }, path)],
    [
      'a commit on a detached HEAD',
      (at, path) => {
        at.gitIn(path, 'checkout', '--quiet', '--detach')
        at.commit('More', { 'more.txt': 'x\n' }, path)
      },
    ],
  ]

  it.each(disturbances)('keeps a worktree with %s that is not merged', async (_name, disturb) => {
    using at = ordinaryRepository()
    const { repository, task, commit } = await merged(at)
    at.git('config', 'status.showUntrackedFiles', 'no')
    disturb(at, task.path)
    const before = at.gitIn(task.path, 'status', '--porcelain', '-uall')
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: false })
    expect(at.gitIn(task.path, 'status', '--porcelain', '-uall')).toBe(before)
    expect(at.git('branch', '--list', 'orch/*')).toContain('orch/r1/1A')
  })

  it('keeps a branch that is not merged', async () => {
    using at = ordinaryRepository()
    const { repository, task } = await merged(at)
    expect(good(await repository.closeWorkspace(task, task.base))).toMatchObject({ isClosed: false })
    expect(existsSync(task.path)).toBe(true)
  })

  it('goes on with a removal that was cut short', async () => {
    using at = ordinaryRepository()
    const { repository, task, commit, commonDir } = await merged(at)
    writeFileSync(join(commonDir, 'worktrees', '1A', 'orch-closing'), commit)
    rmSync(join(task.path, '.git'))
    rmSync(join(task.path, 'src'), { recursive: true })
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: true })
    expect(existsSync(task.path)).toBe(false)
    expect(readdirSync(join(at.root, '.orch', 'worktrees'))).toEqual([])
  })

  it('may be followed by opening it again, even when it was cut short: what is done there then is not taken for merged', async () => {
    using at = ordinaryRepository()
    const { repository, task, commit, commonDir } = await merged(at)
    writeFileSync(join(commonDir, 'worktrees', '1A', 'orch-closing'), commit)
    rmSync(join(task.path, 'src'), { recursive: true })
    good(await repository.openWorkspace(task))
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
    at.write({ 'later.txt': 'later\n' }, task.path)
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: false })
    expect(at.read('later.txt', task.path)).toBe('later\n')
  })

  it('keeps the branch while a person looks at it', async () => {
    using at = ordinaryRepository()
    const { repository, task, commit } = await merged(at)
    at.gitIn(task.path, 'checkout', '--quiet', '--detach')
    at.git('checkout', '--quiet', task.branch)
    expect(good(await repository.closeWorkspace(task, commit))).toMatchObject({ isClosed: true })
    expect(at.tip()).toBe(commit)
  })
})
