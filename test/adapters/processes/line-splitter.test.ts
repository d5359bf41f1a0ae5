import { expect, test } from 'vitest'
import { type Line, LineSplitter } from '../../../src/adapters/processes/line-splitter.js'

const textsOf = (lines: readonly Line[]): string[] => lines.map((l) => l.text)

function split(chunks: readonly (string | Buffer)[], cap?: number): Line[] {
  const splitter = new LineSplitter(cap)
  return [...chunks.flatMap((c) => splitter.push(Buffer.from(c as string))), ...splitter.end()]
}

test.each<{ says: string; chunks: string[]; lines: string[] }>([
  { says: 'one line in one chunk', chunks: ['a\n'], lines: ['a'] },
  { says: 'a line over several chunks', chunks: ['a', 'b', 'c\nd\n'], lines: ['abc', 'd'] },
  { says: 'an end without a line end', chunks: ['a\nb'], lines: ['a', 'b'] },
  { says: 'line ends of Windows, also when cut in two', chunks: ['a\r\nb\r', '\nc\r\n'], lines: ['a', 'b', 'c'] },
  { says: 'empty lines', chunks: ['\n\na\n'], lines: ['', '', 'a'] },
  { says: 'nothing', chunks: [], lines: [] },
])('splits $says', ({ chunks, lines }) => {
  expect(textsOf(split(chunks))).toEqual(lines)
})

test('a character that is cut anywhere stays whole', () => {
  const bytes = Buffer.from('grüße 🎉 日本\n')
  for (let at = 0; at <= bytes.length; at += 1)
    expect(textsOf(split([bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(['grüße 🎉 日本'])
})

test('bytes that are no text are replaced, and the lines around them live', () => {
  expect(textsOf(split([Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62, 0x0a])]))).toEqual(['a', '\ufffd\ufffd', 'b'])
})

test('a line above the cap is dropped and counted, and the next one is heard', () => {
  expect(split(['12345\n', '123456', '7890\nok\n'], 5)).toEqual([
    { text: '12345', bytes: 5, dropped: false },
    { text: '', bytes: 10, dropped: true },
    { text: 'ok', bytes: 2, dropped: false },
  ])
})

test('a line of a gigabyte takes no more memory than the cap', () => {
  const splitter = new LineSplitter(1024 * 1024)
  const chunk = Buffer.alloc(64 * 1024, 0x78)
  const before = process.memoryUsage().rss
  let most = 0
  for (let i = 0; i < 16 * 1024; i += 1) {
    expect(splitter.push(chunk)).toHaveLength(0)
    if (i % 1024 === 0) most = Math.max(most, process.memoryUsage().rss - before)
  }
  expect(splitter.push(Buffer.from('\nnext\n'))).toEqual([
    { text: '', bytes: 1024 ** 3, dropped: true },
    { text: 'next', bytes: 4, dropped: false },
  ])
  expect(most).toBeLessThan(128 * 1024 * 1024)
})
