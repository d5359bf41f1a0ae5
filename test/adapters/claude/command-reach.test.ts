import { describe, expect, it } from 'vitest'
import { reachOf } from '../../../src/adapters/claude/command-reach.js'

const place = { cwd: '/repo/.orch/worktrees/r1/1A', home: '/home/me' }

describe('what a command line reaches for', () => {
  const stays = [
    'npm test',
    'cat src/a.ts | grep x > out.txt',
    'git status && git diff HEAD~1',
    `echo hi > ${place.cwd}/a.txt`,
    'cd src && touch a.ts',
    'rm -rf ./build',
    "node -e 'console.log(1)'",
  ]
  it.each(stays)('stays in its worktree: %s', (command) => {
    expect(reachOf(command, place)).toBeNull()
  })

  const reaches: [command: string, shows: { paths?: string[]; git?: string[]; words?: string[]; writes?: boolean }][] = [
    ['cat /repo/README.md', { paths: ['/repo/README.md'], writes: false }],
    ['cat /repo/README.md 2>/dev/null', { writes: false }],
    ['echo x >> /repo/README.md', { paths: ['/repo/README.md'], writes: true }],
    ['cd /repo && echo x >> README.md', { paths: ['/repo', '/repo/README.md'], writes: true }],
    ['cd ../../../.. && rm mine.txt', { paths: ['/repo', '/repo/mine.txt'], writes: true }],
    ['cp a.txt "../1B/a file.txt"', { paths: ['/repo/.orch/worktrees/r1/1B/a file.txt'], writes: true }],
    ['touch ~/notes', { paths: ['/home/me/notes'], writes: true }],
    ['git -C /repo commit -am x', { paths: ['/repo'], git: ['commit'], writes: true }],
    ['git --work-tree=/repo checkout -- a.txt', { paths: ['/repo', '/repo/a.txt'], git: ['checkout'] }],
    ['git stash && npm test && git stash pop', { git: ['stash'], words: ['pop'] }],
    ['git push . +HEAD:refs/heads/main', { git: ['push'], words: [':refs/heads/main'] }],
    [`bash -c "cd /repo && git reset --hard"`, { paths: ['/repo'], git: ['reset'] }],
    [`python3 -c "open('/repo/a.txt', 'w').write('x')"`, { paths: ['/repo/a.txt'], writes: true }],
    ['FOO=1 /usr/bin/git update-ref refs/heads/x HEAD', { git: ['update-ref'], words: ['refs/heads/x'] }],
  ]
  it.each(reaches)('reaches out: %s', (command, { paths = [], git = [], words = [], writes }) => {
    const reach = reachOf(command, place)
    expect(reach?.paths).toEqual(expect.arrayContaining(paths))
    expect(reach?.git).toEqual(git.length === 0 ? expect.any(Array) : git)
    expect(reach?.words).toEqual(expect.arrayContaining(words))
    if (writes !== undefined) expect(reach?.writes).toBe(writes)
  })

  it('looks at the beginning of an endless one only', () => {
    expect(reachOf(`echo ${'/repo/x '.repeat(100_000)}`, place)?.paths).toEqual(['/repo/x'])
  })
})
