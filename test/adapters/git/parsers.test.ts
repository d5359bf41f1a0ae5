import { describe, expect, it } from 'vitest'
import { versionProblem } from '../../../src/adapters/git/git-version.js'
import { parseMergeTree } from '../../../src/adapters/git/merge-tree-output.js'
import { parseMilestoneLog } from '../../../src/adapters/git/milestone-trailers.js'
import { parseIndex, parseRawDiff, parseStatus, parseTree } from '../../../src/adapters/git/raw-diff.js'
import { parseWorktreeList } from '../../../src/adapters/git/worktree-list.js'

/** Recorded from git 2.39; `~` stands for NUL. */
const recorded = (text: string): string => text.replaceAll('~', '\0')

describe('parseMergeTree', () => {
  it('reads a clean merge', () => {
    expect(parseMergeTree(recorded('994e6d9138638d1c9d3cabbdda6dbe7b05ab4d4f~~'), true)).toEqual({
      tree: '994e6d9138638d1c9d3cabbdda6dbe7b05ab4d4f',
      files: [],
      conflicts: [],
      notes: '',
    })
  })

  it('names each conflicting path once, and tells what git says without the merges that went well', () => {
    const text = recorded(
      'ae7a264dfb87b8eccba94c61ee3ba772266c1d26~100644 587be6b4c3f93f93c489c0111bba5596147a26cb 1\tdel.txt~100644 aee5fdca52945d2faadc37ed0db153a91ed2d58f 2\tdel.txt~100644 01e79c32a8c99c557f0757da7cb6d65b3414466d 1\tä b.txt~100644 f8fd9dd4b7fd5941a25f7daf3d00441b1a58f1b7 2\tä b.txt~100644 d475a01cbb32a91dfcf7552a38380638219d04c8 3\tä b.txt~~1~del.txt~CONFLICT (modify/delete)~CONFLICT (modify/delete): del.txt deleted in A and modified in HEAD.  Version HEAD of del.txt left in tree.\n~1~ä b.txt~Auto-merging~Auto-merging ä b.txt\n~1~ä b.txt~CONFLICT (contents)~CONFLICT (content): Merge conflict in ä b.txt\n~',
    )
    expect(parseMergeTree(text, false)).toEqual({
      tree: 'ae7a264dfb87b8eccba94c61ee3ba772266c1d26',
      files: ['del.txt', 'ä b.txt'],
      conflicts: [
        {
          path: 'ä b.txt',
          base: { mode: '100644', oid: '01e79c32a8c99c557f0757da7cb6d65b3414466d' },
          ours: { mode: '100644', oid: 'f8fd9dd4b7fd5941a25f7daf3d00441b1a58f1b7' },
          theirs: { mode: '100644', oid: 'd475a01cbb32a91dfcf7552a38380638219d04c8' },
        },
      ],
      notes:
        'CONFLICT (modify/delete): del.txt deleted in A and modified in HEAD.  Version HEAD of del.txt left in tree.\nCONFLICT (content): Merge conflict in ä b.txt',
    })
  })

  it('takes the paths from the messages where a conflict leaves no entry', () => {
    const text = recorded('abc~~2~old/x~new/x~CONFLICT (directory rename suggested)~CONFLICT (file location): x\n~')
    expect(parseMergeTree(text, false)).toEqual({
      tree: 'abc',
      files: ['old/x', 'new/x'],
      conflicts: [],
      notes: 'CONFLICT (file location): x',
    })
  })
})

it('parseWorktreeList tells branches from detached and bare worktrees, whatever their paths', () => {
  const text = recorded(
    'worktree /home/a/bare.git~bare~~worktree /home/a/my tree\nü~HEAD 8f3a~branch refs/heads/orch/r1/1A~~worktree /x~HEAD 8f3a~detached~locked a reason~prunable gone~~',
  )
  expect(parseWorktreeList(text)).toEqual([
    { path: '/home/a/bare.git', branch: null, head: null },
    { path: '/home/a/my tree\nü', branch: 'orch/r1/1A', head: '8f3a' },
    { path: '/x', branch: null, head: '8f3a' },
  ])
})

it('parseRawDiff tells what came, changed and went', () => {
  const text = recorded(':000000 100644 000 aaa A~new file~:100644 100755 aaa bbb M~tab\there~:120000 000000 ccc 000 D~link~')
  expect(parseRawDiff(text)).toEqual([
    { path: 'new file', before: null, after: { mode: '100644', oid: 'aaa' } },
    { path: 'tab\there', before: { mode: '100644', oid: 'aaa' }, after: { mode: '100755', oid: 'bbb' } },
    { path: 'link', before: { mode: '120000', oid: 'ccc' }, after: null },
  ])
  expect(parseRawDiff('')).toEqual([])
})

it('parseIndex marks unmerged paths', () => {
  const text = recorded('100644 aaa 0\ta b~100644 bbb 1\tc~100644 ccc 2\tc~')
  expect(parseIndex(text)).toEqual(
    new Map([
      ['a b', { mode: '100644', oid: 'aaa' }],
      ['c', null],
    ]),
  )
})

it('parseTree and parseStatus keep paths as they are', () => {
  expect(parseTree(recorded('100644 blob aaa\t.env~160000 commit bbb\tsub module~'))).toEqual(
    new Map([
      ['.env', '100644 aaa'],
      ['sub module', '160000 bbb'],
    ]),
  )
  expect(parseStatus(recorded(' M a b~?? ü.txt~'))).toEqual(
    new Map([
      ['a b', ' M'],
      ['ü.txt', '??'],
    ]),
  )
})

it('parseMilestoneLog takes the newest merge of a milestone that nobody has undone, and only what orch merged', () => {
  const undo = 'uuu\tp\t\tr2\t\tfff ggg\t~'
  const merges = 'aaa\tp q\t2B\tr2\thash2\t\t~bbb\tp q\t1A\tr1\t\t\t~ccc\tp q\t2B\tr1\thash1\t\t~'
  const none = 'ddd\tp q\t1C\t\thash\t\t~eee\tp q\tstage-1\tr1\t\t\t~hhh\tp\t1D\tr1\t\t\t~'
  const undone = 'fff\tp q\t1E\tr2\thash\t\t~ggg\tp q\t1A\tr2\thash\t\t~'
  const text = recorded(`${undo}${undone}${merges}${none}`)
  expect(parseMilestoneLog(text)).toEqual(
    new Map([
      ['2B', { commit: 'aaa', hash: 'hash2' }],
      ['1A', { commit: 'bbb', hash: null }],
    ]),
  )
})

it.each([
  ['git version 2.39.5', null],
  ['git version 2.38.0.windows.1', null],
  ['git version 3.0.0 (Apple Git-155)', null],
  ['git version 2.37.9', 'git 2.38 or newer is needed, and this is 2.37'],
  ['git version 1.99', 'git 2.38 or newer is needed, and this is 1.99'],
  ['something else', 'git does not tell its version: something else'],
])('versionProblem(%j) is %j', (text, problem) => {
  expect(versionProblem(text)).toBe(problem)
})
