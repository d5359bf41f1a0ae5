import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

/** A task's worktree with work on its branch, and beside it what a check left there: an artifact, an ignored file, the copy of an env file. */
async function reviewedTask(at: GitRepository) {
  at.commit('Ignore', { '.gitignore': 'node_modules/\n.env\n' })
  const { repository, workspace } = await openedOn(at)
  const task = workspace('1A')
  good(await repository.openWorkspace(task))
  at.write({ 'src/a.txt': 'work\n', 'src/b.txt': 'work\n' }, task.path)
  const { commit: head } = good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
  at.write({ 'report.txt': 'made by a check\n', 'node_modules/x.js': 'x\n', '.env': 'SECRET=1\n' }, task.path)
  const tree = good(await repository.snapshot(task.path))
  const putBack = (branch: string | null = task.branch) => repository.putBack({ path: task.path, branch }, { head, tree })
  return { repository, task, head, tree, putBack }
}

const statusOf = (at: GitRepository, path: string): string => at.gitIn(path, 'status', '--porcelain', '--untracked-files=all')

describe('a worktree after a review', () => {
  it('that changed nothing is left alone, what checks left in it included', async () => {
    using at = ordinaryRepository()
    const { task, putBack, repository, tree } = await reviewedTask(at)
    const before = statusOf(at, task.path)
    expect(before).toBe('?? report.txt')
    expect(good(await putBack())).toEqual([])
    expect(good(await repository.snapshot(task.path))).toBe(tree)
    expect(statusOf(at, task.path)).toBe(before)
    expect(at.git('for-each-ref', 'refs/orch')).toBe('')
  })

  it('is put back file by file, and what the review did stays reachable', async () => {
    using at = ordinaryRepository()
    const { task, putBack, head } = await reviewedTask(at)
    at.write({ 'src/a.txt': 'better\n', 'new/file.txt': 'sneaked in\n', 'report.txt': 'changed\n' }, task.path)
    rmSync(join(task.path, 'src/b.txt'))
    expect(good(await putBack())).toEqual(['new/file.txt', 'report.txt', 'src/a.txt', 'src/b.txt'])
    expect(statusOf(at, task.path)).toBe('?? report.txt')
    for (const [file, text] of Object.entries({ 'src/a.txt': 'work\n', 'src/b.txt': 'work\n', 'report.txt': 'made by a check\n' }))
      expect(at.read(file, task.path)).toBe(text)
    for (const file of ['node_modules/x.js', '.env']) expect(at.read(file, task.path)).not.toBeNull()
    expect(at.read('new/file.txt', task.path)).toBeNull()
    expect(at.tip(task.branch)).toBe(head)
    const [kept = ''] = at.git('for-each-ref', '--format=%(refname)', 'refs/orch/kept').split('\n')
    expect(at.git('show', `${kept}:new/file.txt`)).toBe('sneaked in')
  })

  it.each<[string, (at: GitRepository, path: string) => void]>([
    ['committed on the branch', (at, path) => void at.commit('Mine', { 'src/a.txt': 'better\n' }, path)],
    [
      'went to another branch and committed there',
      (at, path) => {
        at.gitIn(path, 'checkout', '--quiet', '-b', 'elsewhere')
        at.commit('Mine', { 'src/a.txt': 'better\n' }, path)
      },
    ],
    ['detached HEAD', (at, path) => void at.gitIn(path, 'checkout', '--quiet', '--detach', 'HEAD~1')],
  ])('is put back when the review %s', async (_, doing) => {
    using at = ordinaryRepository()
    const { task, putBack, head, repository, tree } = await reviewedTask(at)
    rmSync(join(task.path, 'report.txt'))
    doing(at, task.path)
    const left = at.tip('HEAD', task.path)
    expect(good(await putBack())).toContain('src/a.txt')
    expect(at.tip(task.branch)).toBe(head)
    expect(at.gitIn(task.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${task.branch}`)
    expect(good(await repository.snapshot(task.path))).toBe(tree)
    expect(at.git('for-each-ref', '--contains', left, '--format=%(refname)')).toContain('refs/orch/kept/')
  })

  it('without a branch is put back too', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const path = at.path('.orch', 'worktrees', 'r1', 'stage-1')
    const head = at.tip()
    good(await repository.openScratch(path, head))
    const tree = good(await repository.snapshot(path))
    at.commit('Mine', { 'src/a.txt': 'better\n' }, path)
    expect(good(await repository.putBack({ path, branch: null }, { head, tree }))).toEqual(['src/a.txt'])
    expect(at.tip('HEAD', path)).toBe(head)
    expect(statusOf(at, path)).toBe('')
  })
})

describe('a snapshot', () => {
  const seen: readonly (readonly [string, (at: GitRepository, path: string) => void])[] = [
    [
      'an untracked file, where the configuration hides those',
      (at, path) => {
        at.git('config', 'status.showUntrackedFiles', 'no')
        at.write({ n: 'n' }, path)
      },
    ],
    [
      'a file in a new folder, where the index lists what is untracked',
      (at, path) => {
        at.gitIn(path, 'update-index', '--force-untracked-cache')
        for (let n = 0; n < 2; n++) at.gitIn(path, 'status')
        at.write({ 'e/n': 'n' }, path)
      },
    ],
    [
      'a file that is only meant to be added',
      (at, path) => {
        at.write({ n: 'n' }, path)
        at.gitIn(path, 'add', '--intent-to-add', 'n')
      },
    ],
    [
      'an ignored file that was staged',
      (at, path) => {
        at.write({ 'node_modules/n': 'n' }, path)
        at.gitIn(path, 'add', '--force', 'node_modules/n')
      },
    ],
    [
      'a file that was made executable',
      (_at, path) => {
        chmodSync(join(path, 'src/a.txt'), 0o755)
      },
    ],
    [
      'a file outside of a sparse checkout',
      (at, path) => {
        at.gitIn(path, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'docs')
        at.write({ 'src/n': 'n' }, path)
      },
    ],
    [
      'another repository',
      (at, path) => {
        at.gitIn(path, 'init', '--quiet', 'sub')
        at.commit('Sub', { s: 's' }, join(path, 'sub'))
      },
    ],
    [
      'everything, where another commit was put in place of its own',
      (at, path) => {
        const empty = at.gitIn(path, 'mktree')
        at.git('replace', at.git('rev-parse', `${at.tip('HEAD', path)}^{tree}`), empty)
        rmSync(join(path, 'src'), { recursive: true })
        rmSync(join(path, '.gitignore'))
        rmSync(join(path, 'README.md'))
        at.gitIn(path, 'read-tree', 'HEAD')
      },
    ],
  ]

  it.each(seen)('holds %s', async (_, change) => {
    using at = ordinaryRepository()
    const { repository, task, head } = await reviewedTask(at)
    rmSync(join(task.path, 'report.txt'))
    const tree = at.git('rev-parse', `${head}^{tree}`)
    expect(good(await repository.snapshot(task.path))).toBe(tree)
    change(at, task.path)
    expect(good(await repository.snapshot(task.path))).not.toBe(tree)
  })

  it('holds a change in place to the same size that was made at the moment of the commit', async () => {
    using at = ordinaryRepository()
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'src/a.txt': 'work\n' }, task.path)
    const { commit } = good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
    const second = Math.floor(Date.now() / 1000)
    at.write({ 'src/a.txt': 'krow\n' }, task.path)
    while (Math.floor(Date.now() / 1000) === second) await new Promise((resolve) => setTimeout(resolve, 20))
    const tree = good(await repository.snapshot(task.path))
    expect(at.git('show', `${tree}:src/a.txt`)).toBe('krow')
    expect(good(await repository.putBack({ path: task.path, branch: task.branch }, { head: commit, tree: commit }))).toEqual(['src/a.txt'])
    expect(at.read('src/a.txt', task.path)).toBe('work\n')
  })

  it('holds the files of a worktree whose branch somebody deleted', async () => {
    using at = ordinaryRepository()
    const { repository, task, tree } = await reviewedTask(at)
    at.git('update-ref', '-d', `refs/heads/${task.branch}`)
    expect(good(await repository.snapshot(task.path))).toBe(tree)
  })

  it('is the commit where only files differ that are never committed', async () => {
    using at = ordinaryRepository()
    at.commit('Tracked on purpose', { '.env': 'PORT=80\n' })
    const { repository, workspace } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ '.env': 'PORT=81\n', 'config/.env': 'SECRET=1\n' }, task.path)
    expect(good(await repository.snapshot(task.path))).toBe(at.git('rev-parse', `${task.base}^{tree}`))
    at.gitIn(task.path, 'rm', '--quiet', '--force', '.env')
    expect(good(await repository.snapshot(task.path))).toBe(at.git('rev-parse', `${task.base}^{tree}`))
  })
})
