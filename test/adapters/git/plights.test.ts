import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type GitRepository,
  good,
  linkedWorktree,
  openedOn,
  ordinaryRepository,
  partialClone,
  repositoryOfNobody,
  repositoryThatSigns,
  repositoryWithFailingHooks,
  repositoryWithHostileDrivers,
  sha256Repository,
  shallowClone,
  sparseCheckout,
  worktreeOfBareRepository,
} from '../../support/git-repository.js'

const plights: readonly (readonly [string, () => GitRepository])[] = [
  ['an ordinary repository', ordinaryRepository],
  ['a repository with SHA-256', sha256Repository],
  ['a shallow clone', shallowClone],
  ['a partial clone', partialClone],
  ['a sparse checkout', sparseCheckout],
  ['a linked worktree', linkedWorktree],
  ['a worktree of a bare repository', worktreeOfBareRepository],
  ['a repository that signs commits with a failing program', repositoryThatSigns],
  ['a repository whose hooks all fail', repositoryWithFailingHooks],
  ['a repository with hostile drivers', repositoryWithHostileDrivers],
  ['a repository where git knows nobody', repositoryOfNobody],
]

describe('two tasks go from nothing to the branch of the person', () => {
  it.each(plights)('in %s', async (_name, plight) => {
    using at = plight()
    const { repository, workspace } = await openedOn(at)
    const branch = at.git('symbolic-ref', '--short', 'HEAD')
    const base = at.tip()
    const tasks = [workspace('1A'), workspace('1B')]
    let tip = base
    for (const [n, task] of tasks.entries()) {
      good(await repository.openWorkspace(task))
      // Both change the same file, in different lines.
      at.write({ [`new ${n}.txt`]: `${n}\n`, 'src/a.txt': n === 0 ? 'one\n2\n3\n' : '1\n2\nthree\n' }, task.path)
      const work = good(await repository.commitWork(task, { message: `Task ${n}\n`, since: base, never: ['.env'] }))
      expect(work.changed).toBe(true)
      const merge = good(await repository.tryMerge(tip, work.commit, `Merge ${n}\n\nOrch-Run: r1\nOrch-Task: ${n + 1}A\n`))
      if (merge.kind !== 'merged') throw new Error(`conflict: ${merge.notes}`)
      tip = merge.commit
    }
    expect(good(await repository.changedFiles(base, tip))).toEqual(['new 0.txt', 'new 1.txt', 'src/a.txt'])
    expect(good(await repository.diff(base, tip))).toContain('+three')
    good(await repository.openScratch(at.path('.orch', 'worktrees', 'stage-1'), tip))
    good(await repository.moveBranch('orch/r1/stage-1', null, tip))
    good(await repository.land(branch, base, tip, 'orch/r1/stage-1'))
    expect(at.tip()).toBe(tip)
    expect(at.read('src/a.txt')).toBe('one\n2\nthree\n')
    for (const task of tasks) expect(good(await repository.closeWorkspace(task, tip))).toMatchObject({ isClosed: true })
    good(await repository.closeScratch(at.path('.orch', 'worktrees', 'stage-1')))
    expect([...good(await repository.mergedMilestones(tip)).keys()]).toEqual(['2A', '1A'])
    expect(existsSync(join(at.home, 'hook-ran'))).toBe(false)
    expect(existsSync(join(at.home, 'driver-ran'))).toBe(false)
    expect(at.git('status', '--porcelain', '--', ':!.orch')).toBe('')
    expect(
      at
        .git('worktree', 'list')
        .split('\n')
        .filter((line) => line.includes('.orch')),
    ).toEqual([])
  })
})
