import { describe, expect, it } from 'vitest'
import { mergeMessage } from '../../src/core/commit-message.js'
import { evidenceFor, evidenceOf, isMet, type Sighting, showsTest, weigh, withWeighed } from '../../src/core/evidence.js'
import type { CriterionJudgement } from '../../src/core/verdict.js'
import { aCheckResult, aMilestone, aVerdict, someWork } from '../support/work.js'

const judged = 'abcdef0123456789'
const met: CriterionJudgement = { n: 1, met: true, evidence: 'A test reads it', file: null, line: null }
const nothing: Sighting = { place: null, test: null, commit: null }
const place = (line: number | null, lines: number | null, isRemoved = false) => ({ place: { file: 'src/a.ts', line, lines, isRemoved } })

describe('what a review names', () => {
  it.each<[what: string, seen: Partial<Sighting>, shown: readonly object[]]>([
    ['nothing: there is only the statement', {}, [{ kind: 'statement' }]],
    ['a line of a file', place(40, 40), [{ kind: 'place', file: 'src/a.ts', line: 40, commit: judged }]],
    ['a file', place(null, 40), [{ kind: 'place', file: 'src/a.ts', line: null, commit: judged }]],
    ['the first line of an empty file', place(1, 0), [{ kind: 'place', line: 1 }]],
    ['a file that the change takes away', place(12, null, true), [{ kind: 'removal', file: 'src/a.ts' }]],
    ['a test that passed', { test: { name: 'reads it', command: 'npm test' } }, [{ kind: 'test', name: 'reads it', command: 'npm test' }]],
    ['a commit of the change', { commit: { named: 'abcdef0', found: judged } }, [{ kind: 'commit', commit: judged }]],
    ['several things', { ...place(1, 2), commit: { named: 'abcdef0', found: judged } }, [{ kind: 'place' }, { kind: 'commit' }]],
  ])('and is true is evidence: %s', (_, seen, shown) => {
    expect(weigh(met, { ...nothing, ...seen }, judged)).toMatchObject({ met: true, shown })
  })

  it.each<[what: string, seen: Partial<Sighting>, refuted: string]>([
    ['a line behind the end', place(90, 40), 'names src/a.ts:90, which has 40 lines'],
    ['a second line of one', place(2, 1), 'names src/a.ts:2, which has 1 line'],
    ['a file that is nowhere', place(null, null), 'names src/a.ts, which is not there'],
    [
      'a test that no check shows',
      { test: { name: 'reads it', command: null } },
      'names the test "reads it", which no check that passed shows as passed',
    ],
    [
      'a commit of elsewhere',
      { commit: { named: 'abcdef0', found: null } },
      'names the commit abcdef0, which is not part of what was judged',
    ],
  ])('and is false takes the approval away: %s', (_, seen, refuted) => {
    const criterion = weigh(met, { ...nothing, ...seen }, judged)
    expect(criterion).toMatchObject({ met: false, refuted: [refuted] })
    expect(withWeighed(aVerdict({ criteria: [met] }), [criterion]).approved).toBe(false)
  })

  it('is false as a whole when a part of it is', () => {
    const seen = { ...nothing, ...place(1, 40), test: { name: 'reads it', command: null } }
    expect(weigh(met, seen, judged)).toMatchObject({ met: false, refuted: [expect.stringContaining('reads it')] })
  })

  it('makes nothing met that the review does not hold for met, and approves nothing that it did not approve', () => {
    const unmet = { ...met, met: false }
    expect(weigh(unmet, { ...nothing, ...place(1, 40) }, judged)).toEqual(unmet)
    expect(withWeighed(aVerdict({ approved: false }), [met]).approved).toBe(false)
  })
})

describe('a test', () => {
  it.each([
    ['ok 3 - reads the flag', true],
    ['\u001b[32m✓\u001b[39m flags > reads the flag 3ms', true],
    ['test reads the flag ... ok', true],
    ['passed: 12 tests', false],
    ['↓ reads the flag', false],
    ['ok 3 - reads the flag # SKIP', false],
    ['--- FAIL: reads the flag', false],
    ['not ok 3 - reads the flag', false],
    [' ✓ test/todo.test.ts > todo list > reads the flag 3ms', true],
    [' ✓ test/skip.test.ts > reads the flag', true],
    ['tests/test_todo.py::todo::reads the flag PASSED', true],
    ['tests/test_flags.py::reads the flag SKIPPED (no flags here)', false],
    ['\u001b[31m✗\u001b[39m test/todo.test.ts > reads the flag 3ms', false],
    ['reads the flag (3 ms) [skipped]', false],
    ['test reads the flag ... ignored', false],
    ['↓ reads the flag\nok 4 - reads the flag again', true],
  ])('in %j counts as passed: %s', (output, passes) => expect(showsTest(`some\n${output}\nmore`, 'reads the flag')).toBe(passes))

  it('has a name that does not stand everywhere by chance', () => {
    expect(showsTest('ok 1 - a', 'a')).toBe(false)
    expect(showsTest('ok 1', '   ')).toBe(false)
  })

  it('that is named after a failure has passed all the same', () => {
    expect(showsTest('ok 1 - says why it failed', 'says why it failed')).toBe(true)
  })
})

const criteria = [
  { n: 1, text: 'It reads', command: null },
  { n: 2, text: '`make`', command: 'make' },
]
const work = (judgement: Partial<CriterionJudgement>) =>
  someWork({
    milestone: aMilestone({ id: '1A', criteria }),
    checks: [aCheckResult({ command: 'make' })],
    verdict: aVerdict({ criteria: [{ ...met, ...judgement }] }),
  })
const [reads, make] = criteria as [(typeof criteria)[number], (typeof criteria)[number]]

describe('the evidence of a criterion', () => {
  it.each<[judgement: Partial<CriterionJudgement>, words: string]>([
    [{ shown: [{ kind: 'statement' }] }, "the reviewer's words only: A test reads it"],
    [{ shown: [{ kind: 'place', file: 'src/a.ts', line: 3, commit: judged }] }, 'src/a.ts:3 at abcdef012345: A test reads it'],
    [{ shown: [{ kind: 'removal', file: 'src/a.ts', commit: judged }] }, 'src/a.ts is removed at abcdef012345: A test reads it'],
    [
      {
        shown: [
          { kind: 'test', name: 'reads it', command: 'npm test' },
          { kind: 'commit', commit: judged },
        ],
      },
      'test "reads it" in npm test, commit abcdef012345: A test reads it',
    ],
    [
      { met: false, refuted: ['names b.ts, which is not there'] },
      'not met: names b.ts, which is not there; the review says: A test reads it',
    ],
    [{ met: false }, 'not met: A test reads it'],
    [{ file: 'src/a.ts', line: 3 }, 'A test reads it (src/a.ts:3)'],
  ])('that was judged %j is told as %j', (judgement, words) => expect(evidenceFor(work(judgement), reads)).toBe(words))

  it('that orch ran itself is the command, its end and the digest of its output', () => {
    expect(evidenceOf(work({}), make)).toMatchObject([{ kind: 'command', command: 'make', exitCode: 0, digest: '0123456789ab' }])
    expect(evidenceFor(work({}), make)).toBe('exit status 0 after 0.0 s, output sha256 0123456789ab')
  })

  it('that nobody judged or ran is none, and the criterion is not met', () => {
    const fresh = someWork({ milestone: aMilestone({ id: '1A', criteria }) })
    expect(criteria.map((c) => [isMet(fresh, c), evidenceOf(fresh, c)])).toEqual([
      [false, []],
      [false, []],
    ])
    expect(criteria.map((c) => evidenceFor(fresh, c))).toEqual(['not judged by a review', 'not run'])
  })

  it('stands in the message of the merge, short, on a line of its own and without characters that nobody sees', () => {
    const evidence = `seen\n\nOrch-Task: 9Z\u202e\u0007${'x'.repeat(400)}`
    const message = mergeMessage('r1', work({ evidence, shown: [{ kind: 'place', file: 'src/a.ts', line: 3, commit: judged }] }))
    expect(message.split('\n').filter((line) => line.startsWith('Orch-'))).toEqual([
      'Orch-Run: r1',
      'Orch-Task: 1A',
      'Orch-Milestone: hash-of-1A',
    ])
    expect(message).toContain('- It reads\n  src/a.ts:3 at abcdef012345: seen Orch-Task: 9Zxxx')
    expect(message).not.toMatch(/[^\P{C}\n]/u)
    expect(Math.max(...message.split('\n').map((line) => line.length))).toBeLessThanOrEqual(162)
  })
})
