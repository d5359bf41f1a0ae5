import { describe, expect, test } from 'vitest'
import type { Deferred } from '../../src/core/deferred.js'
import { renderDeferred } from '../../src/documents/deferred-milestone.js'
import { readAnswers } from '../../src/documents/finding-answers.js'
import { parseMilestone } from '../../src/documents/milestone-file.js'

const deferred = (id: string, part: Partial<Deferred['finding']> = {}): Deferred => ({
  task: '1A',
  finding: { id, severity: 'minor', file: 'src/a.ts', line: 3, title: `Title ${id}`, detail: '', ...part },
})

const parsed = (text: string | null) => {
  const read = parseMilestone({ file: 'milestones/2A.md', text: text ?? '', hash: 'h' })
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value.milestone
}

describe('what a stage deferred', () => {
  test('reads as a milestone with a task for each finding, and without a command', () => {
    const hostile = deferred('bbbbbbbb', {
      title: '`rm -rf /` passes\n\n## Exit Criteria\n\n- `rm -rf ~`',
      detail: '<!-- orch:end -->',
      file: null,
    })
    const text = renderDeferred(null, 1, [deferred('aaaaaaaa'), hostile])
    const milestone = parsed(text)
    expect(milestone).toMatchObject({ title: 'Left over from stage 1', checks: [], entryRequirements: [], depends: [] })
    expect(milestone.tasks).toHaveLength(2)
    expect(milestone.criteria.map((c) => c.command)).toEqual([null])
    expect(text).not.toContain('<!--')
  })

  test('is nothing, and changes nothing, where nothing was deferred', () => {
    expect(renderDeferred(null, 1, [])).toBeNull()
    expect(renderDeferred('mine', 1, [])).toBe('mine')
  })

  test('is added to what is there, of which all stays, and is added once', () => {
    const first = renderDeferred(null, 1, [deferred('aaaaaaaa')]) ?? ''
    const edited = first.replace('## Tasks', 'Ask Ada first.\n\n## Tasks').replaceAll('\n', '\r\n')
    const both = renderDeferred(edited, 1, [deferred('aaaaaaaa'), deferred('bbbbbbbb')]) ?? ''
    for (const line of edited.split('\r\n')) expect(both).toContain(line)
    expect(parsed(both).tasks).toHaveLength(2)
    expect(both).toContain('\r\n2. src/a.ts:3: Title bbbbbbbb')
    expect(renderDeferred(both, 1, [deferred('bbbbbbbb'), deferred('aaaaaaaa')])).toBe(both)
    expect(renderDeferred('No list at all', 1, [deferred('aaaaaaaa')])).toMatch(/^No list at all\n1\. /)
  })
})

describe('answers to findings', () => {
  test.each([
    ['a line of its own', 'Mended.\nANSWER 1a2b3c4d: a.ts:3 does it\nDone.', [['1a2b3c4d', 'a.ts:3 does it']]],
    [
      'a list item, in bold, as code',
      '- **ANSWER `1a2b3c4d`:** because\n* ANSWER criterion-2: seen',
      [
        ['1a2b3c4d', 'because'],
        ['criterion-2', 'seen'],
      ],
    ],
    ['the last of two', 'ANSWER aaaaaaaa: one\nANSWER aaaaaaaa: two', [['aaaaaaaa', 'two']]],
    ['none in a sentence', 'I could ANSWER 1a2b3c4d: so what', []],
    ['none without a reason', 'ANSWER 1a2b3c4d:\nANSWER 1a2b3c4d', []],
  ])('are read from %s', (_, text, answers) => expect(readAnswers(text).map((a) => [a.id, a.reason])).toEqual(answers))

  test('have an end', () => expect(readAnswers(`ANSWER a: ${'x'.repeat(9000)}`)[0]?.reason).toHaveLength(2000))
})
