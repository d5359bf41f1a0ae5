import { expect, test } from 'vitest'
import { type Output, WholeLines } from '../../../src/adapters/processes/whole-lines.js'
import { textsOf } from '../../support/line-texts.js'

function cut(chunks: readonly (string | Buffer)[], cap?: number): Output[] {
  const lines = new WholeLines(cap)
  return [...chunks.flatMap((c) => lines.push(Buffer.from(c as string))), ...lines.end()]
}

const lines = (text: string): Output => ({ kind: 'lines', bytes: Buffer.from(text) })

test.each<{ says: string; chunks: string[]; pieces: Output[] }>([
  { says: 'one line in one chunk', chunks: ['a\n'], pieces: [lines('a\n')] },
  { says: 'many lines in one chunk, in one piece', chunks: ['a\nb\nc\n'], pieces: [lines('a\nb\nc\n')] },
  { says: 'a line over several chunks', chunks: ['a', 'b', 'c\nd\n'], pieces: [lines('abc\n'), lines('d\n')] },
  { says: 'an end without a line end', chunks: ['a\nb'], pieces: [lines('a\n'), lines('b')] },
  {
    says: 'line ends of Windows, also when cut in two',
    chunks: ['a\r\nb\r', '\nc\r\n'],
    pieces: [lines('a\r\n'), lines('b\r\n'), lines('c\r\n')],
  },
  { says: 'empty lines', chunks: ['\n\na\n'], pieces: [lines('\n\na\n')] },
  { says: 'nothing', chunks: [], pieces: [] },
])('passes on $says', ({ chunks, pieces }) => {
  expect(cut(chunks)).toEqual(pieces)
})

test('wherever a stream is cut into chunks, its bytes come in order and each piece ends with a line', () => {
  const bytes = Buffer.from('grüße 🎉\n\nlonger than that\r\n日本')
  for (let one = 0; one <= bytes.length; one += 1)
    for (let two = one; two <= bytes.length; two += 1) {
      const pieces = cut([bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)])
      const all = pieces.map((p) => (p.kind === 'lines' ? p.bytes : Buffer.alloc(0)))
      expect(Buffer.concat(all).equals(bytes)).toBe(true)
      expect(all.slice(0, -1).every((p) => p.at(-1) === 0x0a)).toBe(true)
    }
})

test.each([['12345\n', '123456', '7890\nok\n'], ['12345\n1234567890\nok\n'], ['12345\n123', '4567890', '\nok\n']])(
  'a line above the cap is dropped and counted, and the next one is heard',
  (...chunks) => {
    const pieces = cut(chunks, 5)
    expect(pieces.flatMap((p) => (p.kind === 'lines' ? textsOf(p) : [`${p.length} bytes gone`]))).toEqual(['12345', '10 bytes gone', 'ok'])
  },
)

test('a line of a gigabyte takes no more memory than the cap', () => {
  const whole = new WholeLines(1024 * 1024)
  const chunk = Buffer.alloc(64 * 1024, 0x78)
  const before = process.memoryUsage().rss
  let most = 0
  for (let i = 0; i < 16 * 1024; i += 1) {
    expect(whole.push(chunk)).toHaveLength(0)
    if (i % 1024 === 0) most = Math.max(most, process.memoryUsage().rss - before)
  }
  expect(whole.push(Buffer.from('\nnext\n'))).toEqual([{ kind: 'dropped', length: 1024 ** 3 }, lines('next\n')])
  expect(most).toBeLessThan(128 * 1024 * 1024)
})
