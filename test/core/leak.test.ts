import { describe, expect, it } from 'vitest'
import { type Change, coalesced, isShownToBeDoneBy, noReach, type Reach, type ReachingCommand } from '../../src/core/leak.js'

const own = '/repo/.orch/worktrees/r1/1A'

const file = (name: string, more: Partial<Change> = {}): Change => ({
  kind: 'file',
  place: '/repo',
  name,
  before: null,
  after: '100644 a',
  madeIn: null,
  ...more,
})
const ref = (name: string, more: Partial<Change> = {}): Change => ({ ...file(name), kind: 'ref', place: null, ...more })
const command = (more: Partial<ReachingCommand>): Reach => ({
  writes: [],
  commands: [{ paths: [], words: [], git: [], writes: false, ...more }],
})

describe('a change is held against a session only when its transcript or its commits show it', () => {
  const table: [what: string, change: Change, reach: Reach, shown: boolean][] = [
    ['it ran at the time and nothing else', file('a.txt'), noReach, false],
    ['a file tool wrote the very file', file('a.txt'), { writes: ['/repo/a.txt'], commands: [] }, true],
    ['a file tool wrote another file', file('a.txt'), { writes: ['/repo/b.txt'], commands: [] }, false],
    ['a command that writes names the file', file('src/a.txt'), command({ paths: ['/repo/src/a.txt'], writes: true }), true],
    ['a command that writes names its folder', file('src/a.txt'), command({ paths: ['/repo/src'], writes: true }), true],
    ['a command that writes names the whole checkout only', file('a.txt'), command({ paths: ['/repo'], writes: true }), false],
    ['a command that only reads names the file', file('a.txt'), command({ paths: ['/repo/a.txt'] }), false],
    ['git changed the checkout that it names', file('a.txt'), command({ paths: ['/repo'], git: ['checkout'] }), true],
    ['git changed its own worktree only', file('a.txt'), command({ git: ['checkout'] }), false],
    ['git moved a ref by name', ref('refs/heads/x'), command({ git: ['update-ref'], words: ['refs/heads/x'] }), true],
    ['git moved a branch by its short name', ref('refs/heads/x'), command({ git: ['branch'], words: ['x'] }), true],
    ['git named the branch and moved nothing', ref('refs/heads/x'), command({ git: ['merge'], words: ['x'] }), false],
    ['git sent commits to it', ref('refs/heads/x'), command({ git: ['push'], words: ['HEAD:x', ':x'] }), true],
    ['git sent it somewhere else', ref('refs/heads/x'), command({ git: ['push'], words: ['origin', 'x'] }), false],
    ['git committed in the checkout on it', ref('refs/heads/x', { place: '/repo' }), command({ paths: ['/repo'], git: ['commit'] }), true],
    ['the commits are its own', ref('refs/heads/x', { madeIn: own }), noReach, true],
    [
      "the commits are another task's",
      ref('refs/heads/x', { madeIn: '/elsewhere' }),
      command({ git: ['update-ref'], words: ['refs/heads/x'] }),
      false,
    ],
    ['it popped the stash', ref('refs/stash'), command({ git: ['stash'], words: ['git', 'stash', 'pop'] }), true],
    ['it listed the stash', ref('refs/stash'), command({ git: ['stash'], words: ['git', 'stash', 'list'] }), false],
  ]
  it.each(table)('%s', (_what, change, reach, shown) => {
    expect(isShownToBeDoneBy(change, own, reach)).toBe(shown)
  })
})

it('tells of one thing once, from first to last, and of nothing that came back to what it was', () => {
  const changes = [
    file('a', { before: '1', after: '2' }),
    file('b', { before: '1', after: '2' }),
    file('a', { before: '2', after: '3' }),
    file('b', { before: '2', after: '1' }),
  ]
  expect(coalesced(changes)).toEqual([file('a', { before: '1', after: '3' })])
})
