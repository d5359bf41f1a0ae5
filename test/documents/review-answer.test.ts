import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findingId } from '../../src/documents/finding-id.js'
import { describeVerdict, readReviewAnswer, reviewAnswerSchema } from '../../src/documents/review-answer.js'
import { aVerdict } from '../support/work.js'

const approved = {
  verdict: 'approved',
  summary: 'fine',
  criteria: [{ n: 1, met: true, evidence: 'seen', file: 'a.ts', line: 3 }],
  findings: [],
}
const asJson = JSON.stringify(approved)

describe('the answer of a review', () => {
  test.each([
    ['structured output, whatever the text says', approved, 'changes requested!'],
    ['the text, when there is no structured output', undefined, ` ${asJson}\n`],
    ['the text, when the structured output is null', null, asJson],
    ['the one block of JSON in the text', undefined, `All is well.\n\n\`\`\`json\n${asJson}\n\`\`\`\n`],
  ])('is read from %s', (_, structured, text) => expect(readReviewAnswer(structured, text)).toEqual({ ok: true, value: approved }))

  test('may leave out what does not decide', () => {
    const sparse = {
      verdict: 'changes_requested',
      criteria: [{ n: 1, met: false, line: 0 }],
      findings: [{ severity: 'nit', title: 'Long line', file: ' ', more: 1 }],
      more: true,
    }
    expect(readReviewAnswer(sparse, '')).toEqual({
      ok: true,
      value: {
        verdict: 'changes_requested',
        summary: '',
        criteria: [{ n: 1, met: false, evidence: '', file: null, line: null }],
        findings: [
          { id: findingId({ file: null, title: 'Long line' }), severity: 'nit', file: null, line: null, title: 'Long line', detail: '' },
        ],
      },
    })
    expect(readReviewAnswer({ verdict: 'approved' }, '')).toMatchObject({ ok: true, value: { criteria: [], findings: [] } })
  })

  test.each([
    ['prose that approves', undefined, 'I have reviewed everything. verdict: approved. LGTM!'],
    ['nothing', undefined, ''],
    ['another verdict', { ...approved, verdict: 'Approved' }, ''],
    ['no verdict', { ...approved, verdict: undefined }, asJson],
    ['a text as structured output', asJson, asJson],
    ['a list', [approved], asJson],
    ['a criterion that is met as a text', { ...approved, criteria: [{ n: 1, met: 'true' }] }, ''],
    ['a criterion without a number', { ...approved, criteria: [{ met: true }] }, ''],
    ['an unknown severity', { ...approved, findings: [{ severity: 'bad', title: 'x' }] }, ''],
    ['a finding that claims nothing', { ...approved, findings: [{ severity: 'nit' }] }, ''],
    ['two blocks of JSON', undefined, `\`\`\`json\n${asJson}\n\`\`\`\n\`\`\`json\n${asJson}\n\`\`\``],
    ['broken JSON', undefined, asJson.slice(0, -1)],
    ['JSON within a sentence', undefined, `Here: ${asJson}`],
  ])('is unreadable, and so approves nothing, when it is %s', (_, structured, text) => {
    const read = readReviewAnswer(structured, text)
    expect(read).toMatchObject({ ok: false, error: { reason: 'review-unreadable' } })
  })

  test('counts a criterion that is judged both ways as not met', () => {
    const both = {
      ...approved,
      criteria: [
        { n: 1, met: true },
        { n: 1, met: false },
        { n: 2, met: true },
      ],
    }
    const read = readReviewAnswer(both, '')
    expect(read.ok && read.value.criteria.map((c) => [c.n, c.met])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  test('never is an exception', () =>
    fc.assert(
      fc.property(fc.anything(), fc.string(), (structured, text) => {
        readReviewAnswer(structured, text)
      }),
    ))

  test('has a schema whose every property is one that is read', () => {
    expect(Object.keys(reviewAnswerSchema.properties)).toEqual(Object.keys(approved))
    expect(JSON.parse(JSON.stringify(reviewAnswerSchema))).toEqual(reviewAnswerSchema)
  })
})

describe("a finding's id", () => {
  const id = findingId({ file: 'src/a.ts', title: 'The loop never ends' })

  test('is short', () => expect(id).toMatch(/^[0-9a-f]{8}$/))

  test.each([
    ['src/a.ts', 'the loop never ends.'],
    ['./src/a.ts', 'The loop, never ends'],
    ['src\\a.ts', 'The loop 12 never ends'],
  ])('is the same for %s: %s', (file, title) => expect(findingId({ file, title })).toBe(id))

  test.each([
    ['src/b.ts', 'The loop never ends'],
    [null, 'The loop never ends'],
    ['src/a.ts', 'The loop ends too early'],
  ])('is another for %s: %s', (file, title) => expect(findingId({ file, title })).not.toBe(id))
})

describe('a verdict in words', () => {
  test('names what is not met and what was found, with places and ids', () => {
    const verdict = aVerdict({
      approved: false,
      summary: 'Almost.',
      criteria: [
        { n: 1, met: true, evidence: 'a test', file: null, line: null },
        { n: 2, met: false, evidence: 'nowhere\nto be seen', file: 'a.ts', line: null },
      ],
      findings: [{ id: '1234abcd', severity: 'major', file: 'src/a.ts', line: 7, title: 'Wrong sum', detail: 'It adds\none.' }],
    })
    expect(describeVerdict(verdict)).toBe(
      'Almost.\n\nExit criteria that are not met:\n\n- Criterion 2 (a.ts): nowhere\n   to be seen\n\nFindings:\n\n1. [major] 1234abcd (src/a.ts:7): Wrong sum\n   It adds\n   one.',
    )
  })

  test('is empty when nothing is asked for', () => expect(describeVerdict(aVerdict({ summary: 'fine' }))).toBe(''))
})
