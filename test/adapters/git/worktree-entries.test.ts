import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { worktreesOnDisk } from '../../../src/adapters/git/worktree-entries.js'
import { parseWorktreeList } from '../../../src/adapters/git/worktree-list.js'
import { listWorktrees } from '../../../src/adapters/git/worktrees.js'
import {
  type GitRepository,
  good,
  linkedWorktree,
  ordinaryRepository,
  repositoryOnDetachedHead,
  repositoryWithoutCommits,
  sha256Repository,
  shallowClone,
  siteOf,
  worktreeOfBareRepository,
} from '../../support/git-repository.js'

const byGit = (at: GitRepository) => parseWorktreeList(at.git('worktree', 'list', '--porcelain', '-z'))

const byPath = <T extends { readonly path: string }>(worktrees: readonly T[]): readonly T[] =>
  worktrees.toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** Each changes the repository in a way that its list of worktrees may show. */
const turns: readonly (readonly [string, (at: GitRepository) => void])[] = [
  ['nothing', () => {}],
  ['a worktree with a branch', (at) => at.git('worktree', 'add', '--quiet', '-b', 'orch/r/1A', at.path('.orch', 'worktrees', '1A'))],
  ['one without', (at) => at.git('worktree', 'add', '--quiet', '--detach', join(at.home, 'ä b', 'scratch'))],
  ['a commit in one', (at) => at.commit('Work', { 'x.txt': 'x\n' }, at.path('.orch', 'worktrees', '1A'))],
  ['packed refs', (at) => at.git('pack-refs', '--all')],
  ['another branch in one', (at) => at.gitIn(at.path('.orch', 'worktrees', '1A'), 'checkout', '--quiet', '-b', 'other/branch')],
  ['a branch without a commit in one', (at) => at.gitIn(at.path('.orch', 'worktrees', '1A'), 'checkout', '--quiet', '--orphan', 'new')],
  ['a folder that is gone', (at) => rmSync(join(at.home, 'ä b', 'scratch'), { recursive: true })],
  [
    'a half-made entry',
    (at) => writeFileSync(join(at.git('rev-parse', '--path-format=absolute', '--git-common-dir'), 'worktrees', '1A', 'gitdir'), ''),
  ],
  ['pruned entries', (at) => at.git('worktree', 'prune')],
]

describe('the worktrees of a repository', () => {
  it.each([
    ['an ordinary repository', ordinaryRepository],
    ['one with SHA-256', sha256Repository],
    ['one on a detached HEAD', repositoryOnDetachedHead],
    ['one without commits', repositoryWithoutCommits],
    ['a shallow clone', shallowClone],
    ['a linked worktree', linkedWorktree],
    ['a worktree of a bare repository', worktreeOfBareRepository],
  ])('are those that git lists at each moment, in %s', async (_name, make) => {
    using at = make()
    const site = await siteOf(at)
    for (const [what, change] of turns) {
      if (at.git('rev-list', '--all', '--max-count=1') === '' && what !== 'nothing') break
      change(at)
      // The second answer may come from another source than the first.
      for (const _ of [1, 2]) expect(byPath(good(await listWorktrees(site))), what).toEqual(byPath(byGit(at)))
    }
  })

  it('are read without a git process where the files say the same as git', async () => {
    using at = ordinaryRepository()
    at.git('worktree', 'add', '--quiet', '-b', 'orch/r/1A', at.path('.orch', 'worktrees', '1A'))
    const site = await siteOf(at)
    expect(await worktreesOnDisk(site)).toEqual(byGit(at))
  })

  it('are asked of git where the settings say that there is no checkout', async () => {
    using at = ordinaryRepository()
    const site = await siteOf(at)
    good(await listWorktrees(site))
    at.git('config', 'core.bare', 'true')
    expect(good(await listWorktrees(site))).toEqual(byGit(at))
    expect(good(await listWorktrees(site))).toEqual(byGit(at))
    at.git('config', 'core.bare', 'false')
  })
})
