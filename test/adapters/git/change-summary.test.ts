import { describe, expect, it } from 'vitest'
import { good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

describe('changeSummary', () => {
  it('counts files and lines, and names the commits without the merges', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const from = at.commit('Before', { 'a.txt': 'one\ntwo\n', 'gone.txt': 'x\n' })
    at.git('checkout', '--quiet', '-b', 'side')
    const work = at.commit('Work\n\nand more', { 'a.txt': 'one\nthree\nfour\n', 'odd\tname\n.bin': 'a\0b' })
    at.git('checkout', '--quiet', 'main')
    at.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'side')
    expect(good(await repository.changeSummary(`${at.tip()}^1`, at.tip()))).toEqual({
      ...{ files: 2, insertions: 2, deletions: 1 },
      commits: [{ commit: work, subject: 'Work' }],
    })
    expect(good(await repository.changeSummary(from, from))).toEqual({ files: 0, insertions: 0, deletions: 0, commits: [] })
  })

  it('tells nothing of commits that are not there any more', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    expect(good(await repository.changeSummary('0'.repeat(40), at.tip()))).toBeNull()
  })
})
