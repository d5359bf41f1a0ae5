import { describe, expect, it } from 'vitest'
import { mergeAttributes } from '../../../src/adapters/git/merge-attributes.js'
import { type GitRepository, good, openedOn, ordinaryRepository, sha256Repository } from '../../support/git-repository.js'

describe('what attributes say about merging', () => {
  it.each([
    ['nothing, when there are none', [['', '# a comment\n\n*.txt text eol=lf\n']], ''],
    [
      'git’s own drivers',
      [['', 'A merge=union\nB -merge\nC text merge=binary\n*.png binary\n']],
      'A merge=union\nB -merge\nC merge=binary\n*.png -merge\n',
    ],
    ['text, where a driver is a program', [['', '* merge=union\n*.json merge=mine\n']], '* merge=union\n*.json merge\n'],
    ['patterns in quotes', [['', '"a b" merge=union\n']], '"a b" merge=union\n'],
    ['no macro', [['', '[attr]lists merge=union\n']], ''],
    [
      'deeper files last, below their folder',
      [
        ['a/b', 'X merge=union\n/Y -merge\nc/Z -merge\n'],
        ['', 'X -merge\n'],
      ],
      'X -merge\na/b/**/X merge=union\na/b/Y -merge\na/b/c/Z -merge\n',
    ],
  ] as const)('%s', (_what, files, expected) => {
    expect(mergeAttributes(files.map(([folder, text]) => ({ folder, text })))).toBe(expected)
  })

  it.each([
    ['SHA-1', ordinaryRepository],
    ['SHA-256', sha256Repository],
  ] as const)('holds in a merge in memory as in one in a checkout, with %s', async (_name, repositoryOf) => {
    using at = repositoryOf()
    at.commit('Attributes', {
      '.gitattributes': 'LIST merge=union\nlock -merge\n',
      'deep/.gitattributes': 'LIST -merge\nsub/LIST merge=union\n',
      ...lists(''),
    })
    const { onto, commit } = forked(at, 'ours\n', 'theirs\n')
    const { repository } = await openedOn(at)
    const merge = good(await repository.tryMerge(onto, commit, 'Merge\n'))
    if (merge.kind !== 'conflict') throw new Error('no conflict')
    expect(merge.files).toEqual(['deep/LIST', 'lock'])
    expect(at.git('show', `${merge.tree}:LIST`)).toBe('ours\ntheirs')
    expect(at.git('show', `${merge.tree}:deep/sub/LIST`)).toBe('ours\ntheirs')
    // A person's own merge says the same.
    expect(() => at.git('merge', '--quiet', commit)).toThrow()
    expect(at.git('diff', '--name-only', '--diff-filter=U').split('\n')).toEqual(merge.files)
  })
})

const lists = (text: string) => ({ LIST: text, lock: text, 'deep/LIST': text, 'deep/sub/LIST': text })

/** Two branches from one base, each with its own text in every list. */
function forked(at: GitRepository, ours: string, theirs: string) {
  const base = at.tip()
  const onto = at.commit('Ours', lists(ours))
  at.git('checkout', '--quiet', '-b', 'theirs', base)
  const commit = at.commit('Theirs', lists(theirs))
  at.git('checkout', '--quiet', 'main')
  return { onto, commit }
}
