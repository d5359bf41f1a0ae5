import { execFileSync } from 'node:child_process'
import { rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bad, type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

const stage = 'orch/r1/stage-1'

/** A finished stage that `main` is to move to: it changes, adds, links and removes files. */
const finished = async (at: GitRepository) => {
  at.commit('Another', { 'another.txt': 'x\n' })
  at.commit('More files', { 'edited.txt': 'as committed\n', 'staged.txt': 'as committed\n', 'gone.txt': 'x\n', '.gitignore': '*.local\n' })
  const from = at.tip()
  at.git('checkout', '--quiet', '-b', stage)
  rmSync(at.path('gone.txt'))
  symlinkSync('README.md', at.path('link'))
  const to = at.commit('The stage', { 'src/a.txt': 'landed\n', 'new folder/ü.txt': 'new\n' })
  at.git('checkout', '--quiet', 'main')
  const { repository } = await openedOn(at)
  const land = () => repository.land('main', from, to, stage)
  return { repository, from, to, land }
}

describe('land', () => {
  it('moves the branch and its clean checkout', async () => {
    using at = ordinaryRepository()
    const { to, land } = await finished(at)
    good(await land())
    expect(at.tip('main')).toBe(to)
    expect(at.git('status', '--porcelain')).toBe('')
    expect([at.read('src/a.txt'), at.read('new folder/ü.txt'), at.read('gone.txt')]).toEqual(['landed\n', 'new\n', null])
    expect(at.git('reflog', '-1')).toContain(`orch: landed ${stage}`)
    good(await land())
  })

  it('moves a branch that is checked out nowhere, and no checkout', async () => {
    using at = ordinaryRepository()
    const { to, land } = await finished(at)
    at.git('checkout', '--quiet', '-b', 'other')
    good(await land())
    expect(at.tip('main')).toBe(to)
    expect(at.read('src/a.txt')).toBe('1\n2\n3\n')
  })

  it('leaves every edit of other files as it was, byte for byte: staged, unstaged, untracked, ignored', async () => {
    using at = ordinaryRepository()
    const { land } = await finished(at)
    at.write({ 'edited.txt': 'edit\r\n', 'staged.txt': 'first\n', 'notes.txt': 'notes\n', 'settings.local': 'mine\n' })
    at.git('add', 'staged.txt')
    at.write({ 'staged.txt': 'second\n', 'staged new.txt': 'new\n' })
    at.git('add', 'staged new.txt')
    rmSync(at.path('README.md'))
    const status = at.git('status', '--porcelain', '--ignored', '--', ':!.orch')
    const staged = at.git('diff', '--cached')
    good(await land())
    expect(at.git('status', '--porcelain', '--ignored', '--', ':!.orch')).toBe(status)
    expect(at.git('diff', '--cached')).toBe(staged)
    expect(['edited.txt', 'staged.txt', 'notes.txt', 'settings.local'].map((file) => at.read(file))).toEqual([
      'edit\r\n',
      'second\n',
      'notes\n',
      'mine\n',
    ])
  })

  it('does not take a file for edited whose times alone changed', async () => {
    using at = ordinaryRepository()
    const { land } = await finished(at)
    utimesSync(at.path('src/a.txt'), 1_000_000, 1_000_000)
    good(await land())
    expect(at.read('src/a.txt')).toBe('landed\n')
  })

  const obstacles: readonly (readonly [string, string, (at: GitRepository) => void])[] = [
    ['an edit of a file that it changes', 'src/a.txt', (at) => at.write({ 'src/a.txt': 'mine\n' })],
    [
      'a staged edit of such a file',
      'src/a.txt',
      (at) => {
        at.write({ 'src/a.txt': 'mine\n' })
        at.git('add', '--all')
      },
    ],
    ['an edit of a file that it removes', 'gone.txt', (at) => at.write({ 'gone.txt': 'mine\n' })],
    ['two edits', 'gone.txt, src/a.txt', (at) => at.write({ 'src/a.txt': 'mine\n', 'gone.txt': 'mine\n' })],
    ['an untracked file where it adds one', 'new folder/ü.txt', (at) => at.write({ 'new folder/ü.txt': 'mine\n' })],
    [
      'an ignored file where it adds one',
      'new folder/ü.txt',
      (at) => at.write({ 'new folder/ü.txt': 'mine\n', '.git/info/exclude': '/.orch/\nnew folder\n' }),
    ],
    ['an untracked file where it adds a folder', 'new folder', (at) => at.write({ 'new folder': 'mine\n' })],
    ['an untracked folder where it adds a link', 'link/mine.txt', (at) => at.write({ 'link/mine.txt': 'mine\n' })],
    ['a merge under way', 'a merge is under way', (at) => writeFileSync(at.path('.git', 'MERGE_HEAD'), `${at.tip()}\n`)],
    ['a cherry-pick under way', 'a cherry-pick is under way', (at) => writeFileSync(at.path('.git', 'CHERRY_PICK_HEAD'), `${at.tip()}\n`)],
    [
      'a rebase of the branch under way',
      'a rebase of main is under way',
      (at) => {
        at.git('branch', 'apart', 'HEAD~1')
        at.git('-c', 'sequence.editor=sed -i s/^pick/edit/', 'rebase', '--quiet', '-i', 'HEAD~1')
      },
    ],
    ['a bisect from the branch under way', 'a bisect of main is under way', (at) => void at.git('bisect', 'start', 'HEAD', 'HEAD~2')],
  ]

  it.each(obstacles)('is refused by %s, and everything is as it was', async (_name, detail, disturb) => {
    using at = ordinaryRepository()
    const { land } = await finished(at)
    disturb(at)
    const before = at.snapshot()
    const index = statSync(at.path('.git', 'index')).mtimeMs
    const reason = detail.endsWith('under way') ? 'checkout-busy' : 'checkout-in-the-way'
    expect(bad(await land())).toEqual({ reason, path: at.root, detail, branch: stage })
    expect(statSync(at.path('.git', 'index')).mtimeMs).toBe(index)
    expect(at.snapshot()).toBe(before)
  })

  it('is refused when the person committed meanwhile', async () => {
    using at = ordinaryRepository()
    const { from, land } = await finished(at)
    const mine = at.commit('Mine', { 'mine.txt': 'x\n' })
    expect(bad(await land())).toEqual({ reason: 'branch-moved', branch: 'main', expected: from })
    expect(at.tip('main')).toBe(mine)
  })

  it('counts as done when the person went on from it', async () => {
    using at = ordinaryRepository()
    const { land } = await finished(at)
    good(await land())
    const mine = at.commit('Mine', { 'src/a.txt': 'mine\n' })
    good(await land())
    expect(at.tip('main')).toBe(mine)
    expect(at.read('src/a.txt')).toBe('mine\n')
  })

  it('leaves alone what the person did after it', async () => {
    using at = ordinaryRepository()
    const { from, land } = await finished(at)
    good(await land())
    at.git('checkout', from, '--', 'src/a.txt')
    at.write({ 'new folder/ü.txt': 'mine\n' })
    const before = at.snapshot()
    good(await land())
    expect(at.snapshot()).toBe(before)
  })

  it('is finished by the same call when it was cut short after the move of the branch', async () => {
    using at = ordinaryRepository()
    const { from, to, land } = await finished(at)
    at.write({ 'edited.txt': 'edit\n' })
    at.git('update-ref', 'refs/heads/main', to, from)
    good(await land())
    expect(at.git('status', '--porcelain')).toBe(' M edited.txt')
    expect(at.read('src/a.txt')).toBe('landed\n')
    expect(at.read('edited.txt')).toBe('edit\n')
  })

  it('is finished by the same call when it was cut short among the files', async () => {
    using at = ordinaryRepository()
    const { from, to, land } = await finished(at)
    at.write({ 'edited.txt': 'edit\n' })
    at.git('update-ref', 'refs/heads/main', to, from)
    at.write({ 'src/a.txt': 'landed\n', 'new folder/ü.txt': 'new\n' })
    rmSync(at.path('gone.txt'))
    symlinkSync('README.md', at.path('link'))
    good(await land())
    expect(at.git('status', '--porcelain')).toBe(' M edited.txt')
    expect(at.read('edited.txt')).toBe('edit\n')
  })

  it('is taken back when it was cut short and the person edited such a file before the second call', async () => {
    using at = ordinaryRepository()
    const { from, to, land } = await finished(at)
    at.git('update-ref', 'refs/heads/main', to, from)
    at.write({ 'src/a.txt': 'mine\n' })
    expect(bad(await land())).toMatchObject({ reason: 'checkout-in-the-way', detail: 'src/a.txt' })
    expect(at.tip('main')).toBe(from)
    expect(at.git('status', '--porcelain')).toBe(' M src/a.txt')
    expect(at.read('src/a.txt')).toBe('mine\n')
  })

  it('brings the checkout of a linked worktree, where the branch is checked out there', async () => {
    using at = ordinaryRepository()
    const { land } = await finished(at)
    at.git('checkout', '--quiet', '-b', 'other')
    const linked = join(at.home, 'linked')
    at.git('worktree', 'add', '--quiet', linked, 'main')
    at.write({ 'edited.txt': 'edit\n' }, linked)
    good(await land())
    expect(at.read('src/a.txt', linked)).toBe('landed\n')
    expect(at.gitIn(linked, 'status', '--porcelain')).toBe(' M edited.txt')
  })

  it('does not wait for a checkout whose folder is gone', async () => {
    using at = ordinaryRepository()
    const { to, land } = await finished(at)
    at.git('checkout', '--quiet', '-b', 'other')
    at.git('worktree', 'add', '--quiet', join(at.home, 'linked'), 'main')
    rmSync(join(at.home, 'linked'), { recursive: true })
    good(await land())
    expect(at.tip('main')).toBe(to)
  })

  it('is taken back when another program holds the index', async () => {
    using at = ordinaryRepository()
    const { from, land } = await finished(at)
    writeFileSync(at.path('.git', 'index.lock'), '')
    expect(bad(await land())).toMatchObject({ reason: 'checkout-in-the-way', detail: expect.stringContaining('index.lock') })
    rmSync(at.path('.git', 'index.lock'))
    expect(at.tip('main')).toBe(from)
    expect(at.git('status', '--porcelain')).toBe('')
    good(await land())
  })

  it("runs the person's own filters on the files that it brings", async () => {
    using at = ordinaryRepository()
    at.commit('Attributes', { '.gitattributes': '*.up filter=up\n' })
    at.git('config', 'filter.up.smudge', 'tr a-z A-Z')
    at.git('config', 'filter.up.clean', 'tr A-Z a-z')
    const from = at.tip()
    at.git('checkout', '--quiet', '-b', stage)
    const to = at.commit('Filtered', { 'x.up': 'SHOUT\n' })
    at.git('checkout', '--quiet', 'main')
    const { repository } = await openedOn(at)
    good(await repository.land('main', from, to, stage))
    expect(at.read('x.up')).toBe('SHOUT\n')
    expect(execFileSync('git', ['cat-file', 'blob', 'main:x.up'], { cwd: at.root, encoding: 'utf8' })).toBe('shout\n')
    expect(at.git('status', '--porcelain')).toBe('')
  })
})
