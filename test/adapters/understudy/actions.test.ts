import { describe, expect, test } from 'vitest'
import { Rig } from '../../support/rig.js'
import { play } from './stage.js'

describe('what a script can do to files', () => {
  const cases: readonly { does: string; script: string; path: string; gives: string | null }[] = [
    { does: 'write makes folders', script: '- write: a/b/c.txt\n    text: new\n', path: 'a/b/c.txt', gives: 'new' },
    { does: 'append adds at the end', script: '- append: README.md\n    text: "end\\n"\n', path: 'README.md', gives: '# Rig\nend\n' },
    { does: 'append makes a missing file', script: '- append: new.md\n    text: first\n', path: 'new.md', gives: 'first' },
    {
      does: 'edit replaces the first match, literally',
      script: '- edit: README.md\n    find: Rig\n    replace: $&1\n',
      path: 'README.md',
      gives: '# $&1\n',
    },
    { does: 'delete removes', script: '- delete: README.md\n', path: 'README.md', gives: null },
    { does: 'run runs in the working folder', script: '- run: echo $((6 * 7)) > out.txt\n', path: 'out.txt', gives: '42\n' },
    { does: 'write-outside leaves the folder', script: '- write-outside: ../out.txt\n    text: x\n', path: '../out.txt', gives: 'x' },
  ]
  test.each(cases)('$does', async ({ script, path, gives }) => {
    await using rig = Rig.create()
    const { exitCode, result } = await play(rig, { script: `implement:\n  ${script}` })
    expect([exitCode, result?.subtype, result?.is_error]).toEqual([0, 'success', false])
    expect(rig.has(path) ? rig.read(path) : null).toBe(gives)
  })

  test('a session that is repeated adds nothing twice', async () => {
    await using rig = Rig.create()
    const script = 'implement:\n  - append: README.md\n    text: "end\\n"\n  - edit: README.md\n    find: Rig\n    replace: Big\n'
    await play(rig, { script })
    const again = await play(rig, { script })
    expect(again.stdout).not.toContain('not found')
    expect(rig.read('README.md')).toBe('# Big\nend\n')
  })

  test('commit commits, without any identity configured', async () => {
    await using rig = Rig.create()
    await play(rig, { script: 'implement:\n  - write: a.txt\n  - commit: "mine"\n', env: { HOME: rig.root } })
    expect(rig.git('log', '-1', '--format=%s %an')).toBe('mine Understudy')
    expect(rig.git('status', '--porcelain')).toBe('')
  })

  test('a failing command is shown as a failed tool and the session goes on', async () => {
    await using rig = Rig.create()
    const { lines, result } = await play(rig, { script: 'implement:\n  - run: echo oh no; exit 3\n  - write: a.txt\n' })
    expect(JSON.stringify(lines)).toContain('Exit code 3\\noh no')
    expect(result?.is_error).toBe(false)
    expect(rig.has('a.txt')).toBe(true)
  })

  test('a command may leave a process behind without holding the session up', async () => {
    await using rig = Rig.create()
    const { exitCode } = await play(rig, { script: 'implement:\n  - run: sleep 60 &\n' })
    expect(exitCode).toBe(0)
    if (process.platform === 'linux') expect(rig.processes()).toHaveLength(1)
  })

  test('chatter is as long as asked for, in as many lines', async () => {
    await using rig = Rig.create()
    const { stdout, lines } = await play(rig, { script: 'implement:\n  - chatter: 1MB\n    lines: 2\n' })
    expect(stdout.length).toBeGreaterThan(2 ** 20)
    expect(lines.filter((line) => line.type === 'assistant')).toHaveLength(2)
  })

  test('resolve keeps both sides of every conflict, ours first', async () => {
    await using rig = Rig.create({ files: { 'list.txt': 'top\n', 'other.txt': 'x\n' } })
    rig.git('switch', '--quiet', '-c', 'theirs')
    rig.write({ 'list.txt': 'top\ntheirs\n', 'other.txt': 'theirs\n' })
    rig.commit()
    rig.git('switch', '--quiet', 'main')
    rig.write({ 'list.txt': 'top\nours\n', 'other.txt': 'ours\n' })
    rig.commit()
    expect(() => rig.git('-c', 'merge.conflictStyle=diff3', 'merge', 'theirs')).toThrow()
    await play(rig, { step: 'resolve' })
    expect([rig.read('list.txt'), rig.read('other.txt')]).toEqual(['top\nours\ntheirs\n', 'ours\ntheirs\n'])
  })
})

describe('without a script', () => {
  const criteria = ['`node --test`', 'It works']

  test('implement writes a file that names the milestone and its criteria', async () => {
    await using rig = Rig.create()
    await play(rig, { criteria })
    expect(rig.read('rehearsal/1A.md')).toContain('# 1A: Task 1A\n')
    expect(rig.read('rehearsal/1A.md')).toContain('1. `node --test`\n2. It works\n')
  })

  test('every remediation changes something', async () => {
    await using rig = Rig.create()
    const { session } = await play(rig, {})
    const seen = new Set([rig.read('rehearsal/1A.md')])
    for (const attempt of [2, 3]) {
      await play(rig, { step: 'remediate', resume: session, attempt })
      seen.add(rig.read('rehearsal/1A.md'))
    }
    expect(seen.size).toBe(3)
  })
})

describe('a script with a mistake ends the session with exit code 1 and one line that says where', () => {
  const cases: readonly [string, string][] = [
    ['implement:\n  - wrte: a.txt\n', 'implement[0]: unknown action "wrte", did you mean "write"?'],
    ['implement:\n  - write: a.txt\n  - append: a.txt\n', 'implement[1].text: '],
    ['implement:\n  - wait: soon\n', 'implement[0].wait: expected a duration'],
    ['implment: []\n', 'Unrecognized key: "implment"'],
    ['implement: [\n', 'not YAML: '],
    ['review:\n  - reject: x\n    severity: awful\n', 'review[0]'],
    ['implement:\n  - write: ../a.txt\n', 'implement[0].write: leaves the working folder'],
  ]
  test.each(cases)('%s', async (script, message) => {
    await using rig = Rig.create()
    const { exitCode, stderr, result } = await play(rig, { script })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`Error: understudy script of 1A: `)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(result).toBeUndefined()
  })
})
