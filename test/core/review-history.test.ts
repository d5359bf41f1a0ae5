import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recognise } from '../../src/core/finding-identity.js'
import { joinVerdicts, type Lens, missingLens } from '../../src/core/lens.js'
import { stallOf } from '../../src/core/policy/convergence.js'
import { answersToOpen, isAnswered, type ReviewRound, withRound } from '../../src/core/review-history.js'
import { blockingOf, type ClaimedFinding, type Finding, isAtOrAbove, judge, type Severity, severities } from '../../src/core/verdict.js'
import { findingId } from '../../src/documents/finding-id.js'
import { aVerdict } from '../support/work.js'

const finding = (part: Partial<ClaimedFinding>): ClaimedFinding => ({
  ...{ severity: 'major', file: 'a.ts', line: 1, title: 'Wrong', detail: '' },
  id: findingId({ file: part.file === undefined ? 'a.ts' : part.file, title: part.title ?? 'Wrong' }),
  ...part,
})

/** A round by the points that it left open; a commit of its own unless one is given. */
const round = (open: string, review: number, commit = `commit-${review}`): ReviewRound => ({
  ...{ review, commit, base: null, findings: [], unmet: [], closed: [] },
  blocking: open.split('').filter((id) => id !== ' '),
})

const rounds = (...open: string[]): readonly ReviewRound[] => open.map((ids, i) => round(ids, i + 1))

describe('reviews', () => {
  it.each([
    ['begin', ['ab'], null],
    ['repeat themselves once', ['ab', 'ab'], null],
    ['leave the same open after two changes', ['ab', 'ba', 'ab'], 'plateau'],
    ['leave the same open after two changes, having asked for more before', ['abc', 'a', 'a', 'a'], 'plateau'],
    ['get somewhere', ['abc', 'ab', 'a'], null],
    ['find as much, and something else', ['a', 'b', 'c', 'd'], null],
    ['find something again that was gone', ['a', 'b', 'a'], null],
    ['find something again that was gone, a second time', ['a', 'b', 'a', 'b', 'a'], 'oscillation'],
    ['find one thing again twice, among others that come and go', ['ax', 'y', 'a', 'z', 'ab'], 'oscillation'],
    ['found something again twice, and no longer do', ['a', 'b', 'a', 'b', 'a', 'c'], null],
    ['agree', ['a', 'a', ''], null],
  ] as const)('that %s: %s is %s', (_, open, stall) => expect(stallOf(rounds(...open))).toBe(stall))

  it('that only refuse answers, with no change between them, are no plateau', () => {
    expect(stallOf([round('a', 1, 'x'), round('a', 2, 'x'), round('a', 3, 'x'), round('a', 4, 'x')])).toBeNull()
    expect(stallOf([round('a', 1, 'x'), round('a', 2, 'y'), round('a', 3, 'y'), round('a', 4, 'z')])).toBe('plateau')
  })

  it('are never told to stall as long as each leaves less open than the one before', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...'abcdefgh'.split('')), { minLength: 1 }), (ids) => {
        const shrinking = ids.map((_, i) => ids.slice(i).join(''))
        expect(stallOf(rounds(...shrinking))).toBeNull()
      }),
    ))
})

describe('a finding that is claimed', () => {
  const earlier: readonly Finding[] = [
    finding({ title: 'The loop over the rows never ends for an empty table' }),
    finding({ title: 'Two words', file: 'b.ts' }),
  ]
  const [loop] = earlier
  it.each([
    ['names it', finding({ title: 'Something else', repeats: loop?.id ?? '' }), true],
    ['has moved', finding({ title: loop?.title ?? '', line: 90 }), true],
    ['is worded a little otherwise', finding({ title: 'The loop over rows never ends for an empty table' }), true],
    ['is in another file', finding({ title: loop?.title ?? '', file: 'c.ts' }), false],
    ['claims something else', finding({ title: 'The loop over the columns is never begun' }), false],
    ['is short and differs by a word', finding({ title: 'Two birds', file: 'b.ts' }), false],
    ['names one that nobody knows', finding({ title: 'New', repeats: 'ffffffff' }), false],
  ])('is an earlier one or new: it %s', (_, claimed, isKnown) => {
    const [found] = recognise([claimed], earlier)
    expect(earlier.some((e) => e.id === found?.id)).toBe(isKnown)
    expect(found).not.toHaveProperty('repeats')
  })

  it('keeps an id for itself, however many are alike', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Wrong', 'Wrong', 'Wrong in the very same way as before', 'Right'), { maxLength: 6 }),
        (titles) => {
          const claimed = titles.map((title) => finding({ title, repeats: earlier[0]?.id ?? '' }))
          const ids = recognise(claimed, earlier).map((f) => f.id)
          expect(new Set(ids).size).toBe(titles.length)
        },
      ),
    ))

  it('has the same id when the same is claimed again', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 5 }), (titles) => {
        const once = recognise(
          titles.map((title) => finding({ title })),
          [],
        )
        const again = recognise(
          titles.map((title) => finding({ title, line: 7 })),
          once,
        )
        expect(again.map((f) => f.id)).toEqual(once.map((f) => f.id))
      }),
    ))
})

describe('the bar', () => {
  const met = { n: 1, met: true, evidence: 'seen', file: null, line: null }
  const answer = { summary: '', criteria: [met] }

  it('decides which findings hold work back, whatever the reviewer calls it', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...severities),
        fc.array(fc.constantFrom<Severity>(...severities), { minLength: 1 }),
        fc.constantFrom('approved' as const, 'changes_requested' as const),
        (bar, found, verdict) => {
          const findings = found.map((severity, i) => finding({ severity, id: String(i) }))
          const judged = judge({ ...answer, verdict, findings }, [1], bar)
          expect(judged.approved).toBe(!found.some((severity) => isAtOrAbove(severity, bar)))
          expect(blockingOf(judged).length === 0).toBe(judged.approved)
        },
      ),
    ))

  it('makes no approval of a refusal that names nothing', () => {
    const judged = judge({ ...answer, verdict: 'changes_requested', findings: [] }, [1], 'blocker')
    expect(judged.approved).toBe(false)
    expect(blockingOf(judged)).toHaveLength(1)
  })
})

describe('an answer', () => {
  const first = withRound([], {
    ...{ review: 1, commit: 'x', base: null, answers: [] },
    verdict: aVerdict({
      approved: false,
      criteria: [{ n: 2, met: false, evidence: '', file: null, line: null }],
      findings: [finding({ id: 'f' })],
    }),
  })

  it.each([
    ['to all that holds it back', ['f', 'criterion-2'], true],
    ['to a part', ['f'], false],
    ['to something else', ['g'], false],
    ['to nothing', [], false],
  ])('%s sends work to review or not', (_, ids, isEnough) =>
    expect(
      isAnswered(
        first,
        ids.map((id) => ({ id, reason: 'no' })),
      ),
    ).toBe(isEnough),
  )

  it('counts only where it is about something open', () =>
    expect(
      answersToOpen(
        first,
        ['f', 'g', 'criterion-2', 'criterion-1'].map((id) => ({ id, reason: '' })),
      ).map((a) => a.id),
    ).toEqual(['f', 'criterion-2']))

  it('is what closes a finding that is not repeated, else the change is', () => {
    const closedBy = (ids: readonly string[]) =>
      withRound(first, { review: 2, commit: 'y', base: null, verdict: aVerdict({}), answers: ids.map((id) => ({ id, reason: '' })) }).at(-1)
        ?.closed
    expect(closedBy(['f'])).toEqual([{ id: 'f', by: 'answer' }])
    expect(closedBy([])).toEqual([{ id: 'f', by: 'change' }])
  })
})

describe('the lenses of a round', () => {
  const all: readonly Lens[] = ['correctness', 'security', 'tests']
  const saying = (votes: readonly boolean[], severity: Severity = 'major') =>
    all.map((lens, i) => ({
      lens,
      verdict: aVerdict({ approved: votes[i] === true, findings: votes[i] === true ? [] : [finding({ id: lens, severity })] }),
    }))

  it.each([
    ['all approve', [true, true, true], 3, 'major', true],
    ['one refuses and all must approve', [true, false, true], 3, 'major', false],
    ['one is outvoted', [true, false, true], 2, 'major', true],
    ['one found a blocker', [true, false, true], 2, 'blocker', false],
    ['the one that judges the criteria refuses', [false, true, true], 1, 'major', false],
    ['more must approve than there are', [true, true, true], 9, 'major', true],
  ] as const)('%s', (_, votes, quorum, severity, approved) => {
    const joined = joinVerdicts(saying(votes, severity), { lenses: all, quorum })
    expect(joined.approved).toBe(approved)
    expect(joined.findings).toHaveLength(votes.filter((vote) => !vote).length)
  })

  it('leave the criteria to correctness, and a finding of several its worst severity', () => {
    const criteria = [{ n: 1, met: true, evidence: 'seen', file: null, line: null }]
    const both = [
      { lens: 'security', verdict: aVerdict({ findings: [finding({ id: 'f', severity: 'nit' })] }) },
      { lens: 'correctness', verdict: aVerdict({ criteria, findings: [finding({ id: 'f', severity: 'minor' })] }) },
    ] as const
    expect(joinVerdicts(both, { lenses: ['correctness', 'security'], quorum: 2 })).toMatchObject({
      criteria,
      findings: [{ id: 'f', severity: 'minor' }],
    })
  })

  it('come one after the other, in the order of the config', () => {
    expect(missingLens(all, [])).toBe('correctness')
    expect(missingLens(all, saying([true, true, true]).slice(0, 2))).toBe('tests')
    expect(missingLens(all, saying([true, true, true]))).toBeNull()
  })
})
