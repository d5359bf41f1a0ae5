import { expect, it } from 'vitest'
import { good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

it('a branch that the person has checked out is not put back under their hands', async () => {
  using at = ordinaryRepository()
  const { repository, workspace } = await openedOn(at)
  const task = workspace('1A')
  good(await repository.openWorkspace(task))
  at.write({ 'work.txt': 'work\n' }, task.path)
  const { commit: head } = good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
  at.git('worktree', 'remove', '--force', task.path)
  at.git('switch', '--quiet', task.branch)
  const refused = await repository.startAnew(task, task.base)
  expect(refused).toMatchObject({ ok: false, error: { reason: 'checkout-busy', path: at.root } })
  expect([at.tip(task.branch), at.git('status', '--porcelain')]).toEqual([head, ''])
  at.git('switch', '--quiet', '-')
  expect(good(await repository.startAnew(task, task.base))).toContain(head.slice(0, 12))
  expect(at.tip(task.branch)).toBe(task.base)
})
