import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RefFiles } from '../../../src/adapters/git/ref-files.js'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

/** Large enough that a worktree of it is worth keeping. */
function largeRepository(): GitRepository {
  const at = ordinaryRepository()
  at.write(Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`lib/${n % 10}/${n}.txt`, `file ${n}\n`])))
  at.write({ '.gitignore': '.env\n.orch\n' })
  at.commit('Many files')
  return at
}

describe.skipIf(process.platform === 'win32')('a link that an agent put in the place of its worktree', () => {
  it.each([0, 3])('leads orch into nobody else’s files when it is closed, with %i spares wanted', async (wanted) => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    good(await repository.keepSpares(wanted))
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ '.env': 'the only copy\n' })
    renameSync(task.path, join(at.home, 'elsewhere'))
    symlinkSync(at.root, task.path)
    await repository.closeWorkspace(task, at.tip())
    expect(at.read('.env')).toBe('the only copy\n')
    expect(at.read('lib/1/1.txt')).toBe('file 1\n')
    expect(at.git('status', '--porcelain')).toBe('')
  })

  it.each([0, 3])('leads orch into nobody else’s worktree when the scratch is closed, with %i spares wanted', async (wanted) => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    good(await repository.keepSpares(wanted))
    const scratch = workspace('stage-1').path
    good(await repository.openScratch(scratch, at.tip()))
    const own = join(at.home, 'own')
    at.git('worktree', 'add', '--quiet', '-b', 'own', own)
    at.write({ '.env': 'the only copy\n', 'new.txt': 'not committed\n' }, own)
    renameSync(scratch, join(at.home, 'elsewhere'))
    symlinkSync(own, scratch)
    await repository.closeScratch(scratch).catch(() => undefined)
    expect(at.read('.env', own)).toBe('the only copy\n')
    expect(at.read('new.txt', own)).toBe('not committed\n')
    expect(at.gitIn(own, 'branch', '--show-current')).toBe('own')
  })
})

describe('an index that an agent forged', () => {
  it('does not pass off its files as git’s own in the next worktree', async () => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    good(await repository.keepSpares(1))
    const first = workspace('1A')
    good(await repository.openWorkspace(first))
    const entry = at.gitIn(first.path, 'rev-parse', '--absolute-git-dir')
    const honest = at.gitIn(first.path, 'rev-parse', 'HEAD:lib/9/9.txt')
    at.write({ 'lib/9/9.txt': 'evil 9\n' }, first.path)
    utimesSync(join(first.path, 'lib/9/9.txt'), new Date(), new Date(Date.now() - 60_000))
    at.gitIn(first.path, 'add', 'lib/9/9.txt')
    const evil = at.gitIn(first.path, 'rev-parse', ':lib/9/9.txt')
    const bytes = readFileSync(join(entry, 'index'))
    Buffer.from(honest, 'hex').copy(bytes, bytes.indexOf(Buffer.from(evil, 'hex')))
    writeFileSync(join(entry, 'index'), bytes)
    copyFileSync(join(entry, 'index'), join(entry, 'orch-index'))
    utimesSync(join(entry, 'orch-index'), new Date(), new Date(Date.now() + 60_000))
    expect(good(await repository.closeWorkspace(first, at.tip()))).toMatchObject({ isClosed: true })
    const second = workspace('2A')
    good(await repository.openWorkspace(second))
    expect(at.read('lib/9/9.txt', second.path)).toBe('file 9\n')
  })
})

describe.skipIf(process.platform === 'win32')('a worktree that cannot be looked at', () => {
  it('is not taken for one that is gone', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'new.txt': 'not committed\n' }, task.path)
    const folder = join(task.path, '..')
    renameSync(folder, `${folder}-apart`)
    symlinkSync(folder, folder)
    await repository.openWorkspace(task)
    await repository.closeWorkspace(task, at.tip())
    expect(good(await repository.goneWorktrees())).toEqual([])
    rmSync(folder)
    renameSync(`${folder}-apart`, folder)
    good(await repository.openWorkspace(task))
    expect(at.read('new.txt', task.path)).toBe('not committed\n')
    expect(at.gitIn(task.path, 'branch', '--show-current')).toBe(task.branch)
  })

  it('nor are packed refs that cannot be read', async () => {
    using at = ordinaryRepository()
    at.git('pack-refs', '--all')
    const refs = new RefFiles(at.path('.git'), () => true)
    expect(await refs.read()).toEqual(new Map([['refs/heads/main', at.tip()]]))
    rmSync(at.path('.git', 'packed-refs'))
    symlinkSync('packed-refs', at.path('.git', 'packed-refs'))
    expect(await refs.read()).toBeNull()
  })
})

describe('spare worktrees that are looked for', () => {
  it('take no entry away from a worktree that has one, whatever a folder beside it claims', async () => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    const own = join(at.home, 'own')
    at.git('worktree', 'add', '--quiet', '-b', 'own', own)
    const before = at.git('worktree', 'list')
    // As a half-made one that was moved aside, and as a hostile agent may do it.
    const claims = { [`${task.path}.kept-1`]: '1A', [join(task.path, '..', 'spare-7')]: 'own' }
    for (const [folder, entry] of Object.entries(claims)) {
      mkdirSync(folder)
      at.write({ '.git': `gitdir: ${at.path('.git', 'worktrees', entry)}\n` }, folder)
    }
    good(await repository.keepSpares(3))
    expect(at.git('worktree', 'list')).toBe(before)
    good(await repository.snapshot(task.path))
  })
})

describe('a spare worktree that somebody took away', () => {
  it.each([['with its entry'], ['without its entry']])('%s fails no task: a fresh one is made', async (how) => {
    using at = largeRepository()
    const { repository, workspace } = await openedOn(at)
    good(await repository.keepSpares(1))
    const first = workspace('1A')
    good(await repository.openWorkspace(first))
    good(await repository.closeWorkspace(first, at.tip()))
    const spare = join(first.path, '..', 'spare-1')
    expect(existsSync(spare)).toBe(true)
    if (how === 'with its entry') at.git('worktree', 'remove', '--force', spare)
    else renameSync(spare, join(at.home, 'elsewhere'))
    const second = workspace('2A')
    good(await repository.openWorkspace(second))
    expect(at.read('lib/1/1.txt', second.path)).toBe('file 1\n')
  })
})
