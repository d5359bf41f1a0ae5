import { describe, expect, it } from 'vitest'
import { type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

/** Merges a branch as orch does, with a merge commit of its own. @returns the merge */
function merge(at: GitRepository, branch: string): string {
  at.git('checkout', '--quiet', 'main')
  at.git('merge', '--quiet', '--no-ff', '-m', `Merge ${branch}`, branch)
  return at.tip()
}

/** A branch from main with one commit. */
function branch(at: GitRepository, name: string, files: Record<string, string>): string {
  at.git('checkout', '--quiet', '-b', name, 'main')
  const commit = at.commit(`Work of ${name}`, files)
  at.git('checkout', '--quiet', 'main')
  return commit
}

/** Three tasks: two change one file, the third carries both along and adds a file of its own. */
async function stage(at: GitRepository) {
  const since = at.commit('Before', { 'shared.txt': 'old\n\nold\n\nold\n' })
  branch(at, 'one', { 'shared.txt': 'one\n\nold\n\nold\n', 'one.txt': '1\n' })
  branch(at, 'two', { 'shared.txt': 'old\n\nold\n\ntwo\n' })
  const one = merge(at, 'one')
  const two = merge(at, 'two')
  branch(at, 'three', { 'odd [name]\n.txt': '3\n' })
  const three = merge(at, 'three')
  const mended = at.commit('Mend the stage', { 'one.txt': '1\nmended\n' })
  const { repository } = await openedOn(at)
  const brought = async (file: string, line: number | null) =>
    good(await repository.broughtBy({ since, tip: mended, file, line }, [three, two, one]))
  return { one, two, three, brought }
}

describe('broughtBy', () => {
  it('names the merge that brought a line, and none for what was there before or came later', async () => {
    using at = ordinaryRepository()
    const { one, two, brought } = await stage(at)
    expect(await brought('shared.txt', 1)).toEqual([one])
    expect(await brought('shared.txt', 5)).toEqual([two])
    expect(await brought('shared.txt', 3)).toEqual([])
    expect(await brought('one.txt', 1)).toEqual([one])
    expect(await brought('one.txt', 2)).toEqual([])
  })

  it('names all that changed a file where no line says more', async () => {
    using at = ordinaryRepository()
    const { one, two, three, brought } = await stage(at)
    expect([...(await brought('shared.txt', null))].sort()).toEqual([one, two].sort())
    expect([...(await brought('shared.txt', 99))].sort()).toEqual([one, two].sort())
    expect(await brought('odd [name]\n.txt', null)).toEqual([three])
    expect(await brought('odd [name]\n.txt', 1)).toEqual([three])
  })

  it('names none for files that are not there, whatever they are called', async () => {
    using at = ordinaryRepository()
    const { brought } = await stage(at)
    for (const file of ['nowhere.txt', '', '.', '--all', ':(top)shared.txt', '../outside', '/etc/passwd', '*'])
      expect(await brought(file, 1), file).toEqual([])
  })
})
