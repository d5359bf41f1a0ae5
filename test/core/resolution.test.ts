import { describe, expect, it } from 'vitest'
import { addedTests, isTestFile, lostTests } from '../../src/core/policy/added-tests.js'
import { faultsOf, reasonsIn } from '../../src/core/policy/resolution.js'

/** A unified diff of one file that adds lines, and takes some away. */
const diff = (path: string, added: readonly string[], { isNew = false, removed = [] as readonly string[] } = {}): string =>
  [
    `diff --git a/${path} b/${path}`,
    ...(isNew ? ['new file mode 100644', '--- /dev/null'] : [`--- a/${path}`]),
    `+++ b/${path}`,
    `@@ -1,${removed.length} +1,${added.length} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
  ].join('\n')

describe('a file that looks like a test', () => {
  it.each([
    'test/a.ts',
    'src/__tests__/a.js',
    'spec/models/user.rb',
    'src/a.test.ts',
    'a_test.go',
    'pkg/test_a.py',
    'src/UserTest.java',
    'UserSpec.scala',
  ])('%s is one', (path) => expect(isTestFile(path)).toBe(true))

  it.each(['src/a.ts', 'src/contest.ts', 'latest/notes.md', 'src/testing-library.ts', 'attestation.go'])('%s is none', (path) =>
    expect(isTestFile(path)).toBe(false),
  )
})

describe('the tests that a side added', () => {
  it.each([
    ['vitest', 'test/a.test.ts', "  it('adds', () => {", "it('adds', () => {"],
    ['node:test', 'test/a.test.mjs', "test('adds', () => {})", "test('adds', () => {})"],
    ['pytest', 'tests/test_a.py', 'def test_adds():', 'def test_adds():'],
    ['go', 'a_test.go', 'func TestAdds(t *testing.T) {', 'func TestAdds(t *testing.T) {'],
    ['JUnit', 'src/ATest.java', '  @Test', '@Test'],
    ['Rust', 'tests/a.rs', '#[test]', '#[test]'],
    ['an assertion', 'test/a.test.ts', '    expect(sum(1, 2)).toBe(3)', 'expect(sum(1, 2)).toBe(3)'],
  ])('are told by their lines: %s', (_, path, line, counted) => {
    expect(addedTests(diff(path, ["import { x } from './x.js'", line, '})']))).toEqual({ files: [], lines: [counted] })
  })

  it('are every line of a file that is named as a test where no line looks like one', () => {
    expect(addedTests(diff('src/a.test.tcl', ['ok 1', '  }'])).lines).toEqual(['ok 1'])
    expect(addedTests(diff('test/fixture.json', ['"a": 1'])).lines).toEqual([])
  })

  it('are not looked for in other files, nor in lines that were taken away', () => {
    expect(addedTests(diff('src/a.ts', ["test('x')"]))).toEqual({ files: [], lines: [] })
    expect(addedTests(diff('test/a.test.ts', [], { removed: ["test('x')"] })).lines).toEqual([])
  })

  it('are read from a diff in which lines look like parts of one', () => {
    const tricky = diff('test/a.test.ts', ["++ b/test('x')", '@@ -1 +1 @@ test(1)'], { removed: ['-- a/x'] })
    expect(addedTests(`${tricky}\n${diff('test/new.test.ts', ["it('y')"], { isNew: true })}`)).toEqual({
      files: ['test/new.test.ts'],
      lines: ["++ b/test('x')", '@@ -1 +1 @@ test(1)', "it('y')"],
    })
  })
})

describe('a resolution', () => {
  const ours = diff('test/a.test.ts', ["it('ours')"])
  const theirs = diff('test/a.test.ts', ["it('theirs')"])
  const newFile = diff('test/b.test.ts', ["it('b')"], { isNew: true })

  it.each([
    ['holds both', diff('test/a.test.ts', ["it('ours')", "  it('theirs')"]), []],
    ['lost one', diff('test/a.test.ts', ["it('theirs')"]), ["it('ours')"]],
    ['lost both', '', ["it('ours')", "it('theirs')"]],
    ['moved one to another test', `${theirs}\n${diff('test/c.test.ts', ["it('ours')"])}`, []],
    ['made a comment of one in the code', `${theirs}\n${diff('src/c.ts', ["it('ours')"])}`, ["it('ours')"]],
  ])('that %s', (_, result, lost) => expect(lostTests([ours, theirs], result)).toEqual(lost))

  it('that leaves out a test file', () => {
    expect(lostTests([newFile, theirs], theirs)).toEqual(['test/b.test.ts', "it('b')"])
    expect(lostTests([newFile, theirs], `${theirs}\n${newFile}`)).toEqual([])
  })

  const resolution = { files: ['src/a.ts', 'dir~HEAD'], changed: ['src/a.ts'], said: 'Done.', sides: [], result: '' }

  it.each([
    ['the conflict only', ['src/a.ts', 'dir', 'dir~HEAD'], 'Done.', []],
    ['another file', ['src/a.ts', 'src/b.ts'], 'Done. I had to change src/b.ts.', ['src/b.ts']],
    ['another file with a reason', ['src/b.ts'], 'Done.\n\n- REASON `src/b.ts`: it called what was renamed', []],
    ['another file with an empty reason', ['src/b.ts'], 'REASON src/b.ts:   ', ['src/b.ts']],
  ])('that changes %s', (_, changed, said, outside) => expect(faultsOf({ ...resolution, changed, said }).outside).toEqual(outside))

  it('gives its reasons on lines of their own', () => {
    expect([...reasonsIn('For a REASON src/x.ts: no\nREASON src/y.ts: yes\n* REASON a b.ts : yes')]).toEqual(['src/y.ts', 'a b.ts'])
  })
})
