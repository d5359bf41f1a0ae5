import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

const opened = async (at: GitRepository) => {
  const { repository, workspace } = await openedOn(at)
  const task = workspace('1A')
  good(await repository.openWorkspace(task))
  return { path: task.path, copy: (...files: readonly string[]) => repository.copyEnvFiles(task.path, files) }
}

describe('copyEnvFiles', () => {
  it('copies files with their mode, into folders that are not there yet, and again when they changed', async () => {
    using at = ordinaryRepository()
    const { path, copy } = await opened(at)
    at.write({ '.env': 'SECRET=1\n', 'config/local/.env': 'SECRET=2\n' })
    chmodSync(at.path('.env'), 0o600)
    good(await copy('.env', 'config/local/.env', 'absent'))
    expect(statSync(join(path, '.env')).mode & 0o777).toBe(0o600)
    expect(at.read('config/local/.env', path)).toBe('SECRET=2\n')
    at.write({ '.env': 'SECRET=corrected\n' })
    good(await copy('.env'))
    expect(at.read('.env', path)).toBe('SECRET=corrected\n')
  })

  it('does not overwrite a file that git has', async () => {
    using at = ordinaryRepository()
    const { path, copy } = await opened(at)
    at.write({ 'README.md': 'edited by the person\n' })
    good(await copy('README.md'))
    expect(at.read('README.md', path)).toBe('# Project\n')
  })

  it('follows a link inside the repository and none that leads out of it, and takes no folder', async () => {
    using at = ordinaryRepository()
    const { path, copy } = await opened(at)
    at.write({ 'real.env': 'INSIDE=1\n' })
    at.write({ 'outside.env': 'OUTSIDE=1\n' }, at.home)
    symlinkSync('real.env', at.path('.env'))
    symlinkSync(join(at.home, 'outside.env'), at.path('out.env'))
    mkdirSync(at.path('folder.env'))
    good(await copy('.env', 'out.env', 'folder.env', '../outside.env', join(at.home, 'outside.env')))
    expect(at.read('.env', path)).toBe('INSIDE=1\n')
    expect([at.read('out.env', path), at.read('folder.env', path), at.read('../outside.env', path)]).toEqual([null, null, null])
  })

  it('writes through no link that an agent left in the worktree', async () => {
    using at = ordinaryRepository()
    const { path, copy } = await opened(at)
    at.write({ '.env': 'SECRET=1\n', 'config/.env': 'SECRET=2\n' })
    writeFileSync(join(at.home, 'target'), 'untouched')
    symlinkSync(join(at.home, 'target'), join(path, '.env'))
    symlinkSync(at.home, join(path, 'config'))
    good(await copy('.env', 'config/.env'))
    expect(at.read('target', at.home)).toBe('untouched')
    expect(at.read('.env', at.home)).toBeNull()
    expect(at.read('.env', path)).toBe('SECRET=1\n')
  })
})
