import { rmSync } from 'node:fs'
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
