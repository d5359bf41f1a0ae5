import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discoverRepository, ensureExcluded, startingBranch } from '../../../src/adapters/git/discover.js'
import { createGit } from '../../../src/adapters/git/git.js'
import {
  bad,
  bareRepository,
  folderWithoutRepository,
  type GitRepository,
  good,
  linkedWorktree,
  ordinaryRepository,
  repositoryOnDetachedHead,
  repositoryWithoutCommits,
  sha256Repository,
} from '../../support/git-repository.js'

const gitFor = (at: GitRepository) => createGit({ environment: at.environment, sleep: async () => {} })

describe('discoverRepository', () => {
  it('finds the repository from a folder below it', async () => {
    using at = ordinaryRepository()
    const gitDir = at.path('.git')
    expect(good(await discoverRepository(gitFor(at), at.path('src')))).toEqual({
      root: at.root,
      gitDir,
      commonDir: gitDir,
      objectFormat: 'sha1',
    })
  })

  it('takes a linked worktree for its own root, with the common folder shared', async () => {
    using at = linkedWorktree()
    const found = good(await discoverRepository(gitFor(at), at.root))
    expect(found.root).toBe(at.root)
    expect(found.commonDir).toBe(join(at.home, 'my project ü', '.git'))
    expect(found.gitDir).toBe(join(found.commonDir, 'worktrees', 'linked-tree'))
  })

  it('knows the object format', async () => {
    using at = sha256Repository()
    expect(good(await discoverRepository(gitFor(at), at.root)).objectFormat).toBe('sha256')
  })

  it.each([
    ['a plain folder', folderWithoutRepository, 'not-a-repository'],
    ['a bare repository', bareRepository, 'bare-repository'],
  ] as const)('refuses %s', async (_name, plight, reason) => {
    using at = plight()
    expect(bad(await discoverRepository(gitFor(at), at.root))).toEqual({ reason, path: at.root })
  })

  it('refuses the git folder itself', async () => {
    using at = ordinaryRepository()
    expect(bad(await discoverRepository(gitFor(at), at.path('.git')))).toMatchObject({ reason: 'not-a-repository' })
  })
})

describe('startingBranch', () => {
  it('is the one that is checked out, or the configured one', async () => {
    using at = ordinaryRepository()
    at.git('branch', 'other/ü')
    expect(good(await startingBranch(gitFor(at), at.root, null))).toEqual({ branch: 'main', tip: at.tip() })
    expect(good(await startingBranch(gitFor(at), at.root, 'other/ü'))).toEqual({ branch: 'other/ü', tip: at.tip() })
  })

  it.each([
    ['without commits', repositoryWithoutCommits, null, { reason: 'no-commits' }],
    ['without commits, and a configured branch', repositoryWithoutCommits, 'main', { reason: 'no-commits' }],
    ['on a detached HEAD', repositoryOnDetachedHead, null, { reason: 'detached-head' }],
    ['without the configured branch', ordinaryRepository, 'absent', { reason: 'branch-missing', branch: 'absent' }],
  ] as const)('is refused in a repository %s', async (_name, plight, configured, failure) => {
    using at = plight()
    expect(bad(await startingBranch(gitFor(at), at.root, configured))).toEqual(failure)
  })

  it('is the configured one on a detached HEAD too', async () => {
    using at = repositoryOnDetachedHead()
    expect(good(await startingBranch(gitFor(at), at.root, 'main')).branch).toBe('main')
  })
})

describe('ensureExcluded', () => {
  it('keeps .orch out of git, once, and leaves what was there', async () => {
    using at = ordinaryRepository()
    const exclude = at.path('.git', 'info', 'exclude')
    writeFileSync(exclude, '*.tmp')
    at.write({ '.orch/x': '1\n' })
    good(await ensureExcluded(at.path('.git')))
    good(await ensureExcluded(at.path('.git')))
    expect(readFileSync(exclude, 'utf8')).toBe('*.tmp\n/.orch/\n')
    expect(at.git('status', '--porcelain')).toBe('')
  })

  it('makes the file where there is none', async () => {
    using at = ordinaryRepository()
    at.git('config', 'core.excludesFile', '/dev/null')
    good(await ensureExcluded(at.path('.git', 'fresh')))
    expect(at.read('.git/fresh/info/exclude')).toBe('/.orch/\n')
  })
})
