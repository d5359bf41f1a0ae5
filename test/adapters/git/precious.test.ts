import { describe, expect, it } from 'vitest'
import { holdPrecious, releasePrecious } from '../../../src/adapters/git/precious.js'
import { type GitRepository, good, openedOn, ordinaryRepository, sha256Repository } from '../../support/git-repository.js'

const hold = async (at: GitRepository) => {
  const { git, commonDir } = await openedOn(at)
  return { git, place: { commonDir, memory: at.path('.orch', 'precious.json') } }
}

describe('holding the objects precious', () => {
  it.each([
    ['an ordinary repository', ordinaryRepository],
    ['a repository with SHA-256', sha256Repository],
  ])('forbids to prune %s, and the config is the same afterwards, byte for byte', async (_name, plight) => {
    using at = plight()
    const { git, place } = await hold(at)
    const before = at.read('.git/config')
    good(await holdPrecious(git, place))
    expect(() => at.git('prune')).toThrow(/precious/)
    at.commit('Commits still work', { 'x.txt': 'x\n' })
    good(await releasePrecious(git, place))
    expect(at.read('.git/config')).toBe(before)
    expect(at.read('.orch/precious.json')).toBeNull()
    at.git('prune')
  })

  it('remembers across a crash what the config said at first', async () => {
    using at = ordinaryRepository()
    const { git, place } = await hold(at)
    const before = at.read('.git/config')
    good(await holdPrecious(git, place))
    // Nothing was released; the next start holds again.
    good(await holdPrecious(git, place))
    good(await releasePrecious(git, place))
    expect(at.read('.git/config')).toBe(before)
    good(await releasePrecious(git, place))
    expect(at.read('.git/config')).toBe(before)
  })

  it('keeps what the person changed in the config meanwhile, and what they had set themselves', async () => {
    using at = ordinaryRepository()
    const { git, place } = await hold(at)
    at.git('config', 'extensions.preciousObjects', 'false')
    good(await holdPrecious(git, place))
    at.git('config', 'remote.origin.url', '/somewhere')
    good(await releasePrecious(git, place))
    expect(at.git('config', 'remote.origin.url')).toBe('/somewhere')
    expect(at.git('config', 'extensions.preciousObjects')).toBe('false')
    expect(at.git('config', 'core.repositoryFormatVersion')).toBe('0')
  })

  it('does not break a repository with an extension that git only tolerates', async () => {
    using at = ordinaryRepository()
    const { git, place } = await hold(at)
    at.git('config', 'extensions.ofAnotherTool', 'true')
    good(await holdPrecious(git, place))
    expect(at.git('status', '--porcelain', '--', 'src')).toBe('')
    expect(() => at.git('prune')).toThrow(/precious/)
    good(await releasePrecious(git, place))
  })
})
