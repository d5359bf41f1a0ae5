import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

/** Large enough that a worktree of it is worth keeping; with links, programs, ignored files and line ends. */
function largeRepository(): GitRepository {
  const at = ordinaryRepository()
  const files = Array.from({ length: 600 }, (_, n) => [`lib/${n % 10}/${n}.txt`, `file ${n}\n`] as const)
  at.write({
    ...Object.fromEntries(files),
    '.gitignore': 'dist\n*.log\n',
    '.gitattributes': '*.win text eol=crlf\n*.txt text\n',
    'a.win': 'a\n',
  })
  at.write({ 'run.sh': '#!/bin/sh\n' })
  chmodSync(at.path('run.sh'), 0o755)
  symlinkSync('run.sh', at.path('link'))
  at.commit('Many files')
  return at
}

/** Everything about a folder that a program in it could see, but for the times. */
function seenIn(at: GitRepository, path: string) {
  const entry = at.gitIn(path, 'rev-parse', '--absolute-git-dir')
  const below = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name !== '.git')
  const about = (name: string): string => {
    const stats = lstatSync(join(path, name))
    const held = stats.isSymbolicLink() ? readlinkSync(join(path, name)) : stats.isFile() ? readFileSync(join(path, name), 'latin1') : ''
    return `${name} ${stats.mode.toString(8)} ${stats.isFile() ? stats.nlink : ''} ${held}`
  }
  return {
    files: ['.', ...below].sort().map(about),
    index: at.gitIn(path, 'ls-files', '-v', '-f', '--stage', '--debug').replace(/^ {2}(ctime|mtime|dev|uid|size).*\n?/gm, ''),
    status: at.gitIn(path, 'status', '--porcelain=v2', '--ignored', '--untracked-files=all'),
    config: at.gitIn(path, 'config', '--list'),
    refs: at.gitIn(path, 'for-each-ref', '--format=%(refname)', 'refs/bisect', 'refs/worktree', 'refs/rewritten'),
    entry: readdirSync(entry)
      .filter((name) => name !== 'logs' && name !== 'refs')
      .sort(),
    worktreeState: at
      .gitIn(path, 'worktree', 'list', '--porcelain')
      .split('\n\n')
      .find((one) => one.includes(`worktree ${path}\n`))
      ?.split('\n')
      .slice(3),
  }
}

interface Visit {
  readonly at: GitRepository
  readonly path: string
  /** The worktree's entry in the repository. */
  readonly entry: string
}

/** Opens a task, lets somebody work there, closes it, opens the next one. */
async function reopenedAfter(at: GitRepository, visit: (visit: Visit) => void) {
  const { repository, workspace, commonDir } = await openedOn(at)
  good(await repository.keepSpares(3))
  const first = workspace('1A')
  good(await repository.openWorkspace(first))
  const entry = at.gitIn(first.path, 'rev-parse', '--absolute-git-dir')
  at.write({ 'lib/new.txt': 'new\n', 'lib/1/1.txt': 'edited\n', 'b.win': 'b\n' }, first.path)
  rmSync(join(first.path, 'lib/2/2.txt'))
  const { commit } = good(await repository.commitWork(first, { message: 'Work\n', since: first.base, never: [] }))
  visit({ at, path: first.path, entry })
  expect(good(await repository.closeWorkspace(first, commit))).toMatchObject({ isClosed: true })
  expect(existsSync(first.path)).toBe(false)
  expect(at.git('branch', '--list', 'orch/*')).toBe('')
  const second = workspace('2A', commit)
  good(await repository.openWorkspace(second))
  return { repository, workspace, commonDir, second, isReused: at.gitIn(second.path, 'rev-parse', '--absolute-git-dir') === entry }
}

/** A worktree of the same commit that was made from nothing. */
async function freshBeside(at: GitRepository, commit: string) {
  const { repository, workspace } = await openedOn(at)
  const fresh = workspace('fresh', commit)
  good(await repository.openWorkspace(fresh))
  return fresh.path
}

const isRoot = process.getuid?.() === 0

describe.skipIf(process.platform === 'win32')('a worktree made of a spare one', () => {
  const visits: readonly (readonly [string, 'reused' | 'made anew', (visit: Visit) => void])[] = [
    ['nothing else', 'reused', () => undefined],
    ['ignored files and an empty folder', 'reused', ({ at, path }) => at.write({ 'dist/a/b.js': '1\n', 'x.log': '1\n' }, path)],
    [
      'a repository of its own in an ignored folder',
      'reused',
      ({ at, path }) => {
        at.write({ 'dist/in.txt': '1\n' }, path)
        at.gitIn(join(path, 'dist'), 'init', '--quiet')
      },
    ],
    ['files that others may not read', 'reused', ({ path }) => chmodSync(join(path, 'lib/3/3.txt'), 0o600)],
    ['a second name for a file', 'reused', ({ at, path }) => linkSync(join(path, 'lib/3/3.txt'), join(at.home, 'second name'))],
    [
      'other line ends',
      'reused',
      ({ at, path }) => {
        writeFileSync(join(path, 'lib/4/4.txt'), 'file 4\r\n')
        writeFileSync(join(path, 'a.win'), 'a\n')
        at.gitIn(path, 'add', '--all')
      },
    ],
    [
      'an edit that git was told not to see',
      'reused',
      ({ at, path }) => {
        at.gitIn(path, 'update-index', '--assume-unchanged', 'lib/5/5.txt')
        writeFileSync(join(path, 'lib/5/5.txt'), 'hidden\n')
      },
    ],
    [
      'a file that git was told to do without',
      'reused',
      ({ at, path }) => {
        at.gitIn(path, 'update-index', '--skip-worktree', 'lib/6/6.txt')
        rmSync(join(path, 'lib/6/6.txt'))
      },
    ],
    ['an index of another version', 'reused', ({ at, path }) => void at.gitIn(path, 'update-index', '--index-version', '4')],
    ['a commit message that was begun and a reflog', 'reused', ({ entry }) => writeFileSync(join(entry, 'COMMIT_EDITMSG'), 'x\n')],
    ['a folder that others may not enter', 'made anew', ({ path }) => chmodSync(join(path, 'lib/8'), 0o700)],
    ['refs of its own', 'made anew', ({ at, path }) => void at.gitIn(path, 'update-ref', 'refs/bisect/bad', 'HEAD')],
    ['a bisection', 'made anew', ({ at, path }) => void at.gitIn(path, 'bisect', 'start')],
    ['a merge that was begun', 'made anew', ({ entry, at }) => writeFileSync(join(entry, 'MERGE_HEAD'), `${at.tip()}\n`)],
    ['a lock', 'made anew', ({ at, path }) => void at.git('worktree', 'lock', path)],
    ['a split index', 'made anew', ({ at, path }) => void at.gitIn(path, 'update-index', '--split-index')],
    [
      'settings of its own',
      'made anew',
      ({ at, path }) => {
        at.git('config', 'extensions.worktreeConfig', 'true')
        at.gitIn(path, 'config', '--worktree', 'core.hooksPath', '/tmp')
      },
    ],
    ['only some of its files', 'made anew', ({ at, path }) => void at.gitIn(path, 'sparse-checkout', 'set', 'lib')],
    [
      'another repository in its place',
      'made anew',
      ({ at, path }) => {
        at.gitIn(at.home, 'init', '--quiet', 'fake')
        writeFileSync(join(path, '.git'), `gitdir: ${at.home}/fake/.git\n`)
      },
    ],
  ]

  it.each(visits)('after %s is %s, and cannot be told from a fresh one', async (_left, how, visit) => {
    using at = largeRepository()
    const { second, isReused } = await reopenedAfter(at, visit)
    expect(isReused ? 'reused' : 'made anew').toBe(how)
    expect(at.gitIn(second.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${second.branch}`)
    const seen = seenIn(at, second.path)
    const fresh = seenIn(at, await freshBeside(at, second.base))
    for (const [what, value] of Object.entries(fresh)) expect(seen[what as keyof typeof seen], what).toEqual(value)
  })

  it('is reused again, and what is done there then is not taken for merged', async () => {
    using at = largeRepository()
    const { repository, second } = await reopenedAfter(at, () => undefined)
    at.write({ 'notes.txt': 'mine\n' }, second.path)
    expect(good(await repository.closeWorkspace(second, second.base))).toMatchObject({ isClosed: false })
    expect(at.read('notes.txt', second.path)).toBe('mine\n')
  })

  it.skipIf(isRoot)('is made anew where a file cannot be removed', async () => {
    using at = largeRepository()
    const { isReused, second } = await reopenedAfter(at, ({ path }) => {
      at.write({ 'dist/a.js': '1\n' }, path)
      chmodSync(join(path, 'dist'), 0o500)
    })
    chmodSync(join(second.path, '..'), 0o755)
    expect(isReused).toBe(false)
  })
})

describe('spare worktrees', () => {
  const places = (at: GitRepository): string[] =>
    existsSync(at.path('.orch', 'worktrees')) ? readdirSync(at.path('.orch', 'worktrees')).sort() : []
  const listed = (at: GitRepository): number => at.git('worktree', 'list').split('\n').length - 1

  const closed = async (at: GitRepository, most: number, ids: readonly string[]) => {
    const opened = await openedOn(at)
    good(await opened.repository.keepSpares(most))
    for (const id of ids) good(await opened.repository.openWorkspace(opened.workspace(id)))
    const { repository, workspace } = opened
    const answers = await Promise.all(ids.map((id) => repository.closeWorkspace(workspace(id), at.tip())))
    expect(answers.map((answer) => good(answer).isClosed)).toEqual(ids.map(() => true))
    return opened
  }

  it('are as many as are wanted; the others are removed, and so are all when none is wanted any more', async () => {
    using at = largeRepository()
    const { repository } = await closed(at, 2, ['1A', '1B', '1C'])
    expect(places(at)).toEqual(['spare-1', 'spare-2'])
    expect(listed(at)).toBe(2)
    expect(good(await repository.keepSpares(1))).toBe(1)
    expect(listed(at)).toBe(1)
    expect(good(await repository.keepSpares(0))).toBe(0)
    expect(places(at)).toEqual([])
    expect(listed(at)).toBe(0)
  })

  it('are none unless asked for, and none of a small repository', async () => {
    using large = largeRepository()
    await closed(large, 0, ['1A'])
    expect(places(large)).toEqual([])
    using small = ordinaryRepository()
    await closed(small, 3, ['1A'])
    expect(places(small)).toEqual([])
  })

  it('become scratch worktrees, and scratch worktrees become spare', async () => {
    using at = largeRepository()
    const { repository } = await closed(at, 2, ['1A'])
    const scratch = at.path('.orch', 'worktrees', 'stage-2')
    good(await repository.openScratch(scratch, at.tip()))
    expect(places(at)).toEqual(['stage-2'])
    expect(at.gitIn(scratch, 'status', '--porcelain', '--branch')).toBe('## HEAD (no branch)')
    at.write({ 'left.txt': 'left\n' }, scratch)
    good(await repository.closeScratch(scratch))
    expect(places(at)).toEqual(['spare-1'])
  })

  it('are prepared ahead, one at a time, once it is known that making one takes long', async () => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    const near = workspace('1B').path
    good(await repository.prepareSpare(near, at.tip()))
    expect(places(at)).toEqual([])
    good(await repository.openWorkspace(workspace('1A')))
    await Promise.all([repository.prepareSpare(near, at.tip()), repository.prepareSpare(near, at.tip())])
    expect(places(at)).toEqual(['1A', 'spare-1'])
    const tip = at.commit('Later', { 'lib/new.txt': 'new\n' })
    good(await repository.openWorkspace(workspace('1B', tip)))
    expect(places(at)).toEqual(['1A', '1B'])
    expect(at.tip('HEAD', near)).toBe(tip)
    expect(at.gitIn(near, 'status', '--porcelain', '--ignored')).toBe('')
    expect(at.read('lib/new.txt', near)).toBe('new\n')
  })

  it('of an orch that was killed are found again, whatever it was at', async () => {
    using at = largeRepository()
    const { commonDir } = await closed(at, 3, ['1A', '1B', '1C'])
    const spare = (n: number): string => at.path('.orch', 'worktrees', `spare-${n}`)
    const entryOf = (path: string): string => at.gitIn(path, 'rev-parse', '--absolute-git-dir')
    // One was being scrubbed, one was not all there yet, of the third only the folder had been moved.
    rmSync(join(spare(1), 'lib'), { recursive: true })
    writeFileSync(join(entryOf(spare(2)), 'locked'), 'initializing')
    writeFileSync(join(entryOf(spare(3)), 'gitdir'), `${at.path('.orch', 'worktrees', '1C', '.git')}\n`)
    const { repository, workspace } = await openedOn(at)
    expect(good(await repository.keepSpares(3))).toBe(2)
    expect(existsSync(spare(2))).toBe(false)
    for (const id of ['2A', '2B', '2C']) {
      good(await repository.openWorkspace(workspace(id)))
      expect(at.gitIn(workspace(id).path, 'status', '--porcelain', '--ignored')).toBe('')
    }
    expect(listed(at)).toBe(3)
    expect(readdirSync(join(commonDir, 'worktrees'))).toHaveLength(3)
  })

  it('that were killed on their way to a task make room for a fresh one', async () => {
    using at = largeRepository()
    await closed(at, 1, ['1A'])
    const { repository, workspace } = await openedOn(at)
    const task = workspace('2A')
    at.git('branch', task.branch)
    renameSync(at.path('.orch', 'worktrees', 'spare-1'), task.path)
    good(await repository.keepSpares(1))
    good(await repository.openWorkspace(task))
    expect(at.gitIn(task.path, 'status', '--porcelain', '--ignored')).toBe('')
    expect(places(at)).toEqual(['2A'])
    expect(listed(at)).toBe(1)
  })

  it('do not hide that a person has the branch checked out', async () => {
    using at = largeRepository()
    const { repository, workspace } = await closed(at, 1, ['1A'])
    const task = workspace('2A')
    at.git('checkout', '--quiet', '-b', task.branch)
    expect(await repository.openWorkspace(task)).toMatchObject({ ok: false, error: { detail: expect.stringContaining('checked out') } })
  })
})
