import { expect, test } from 'vitest'
import { searchFor } from '../../../src/adapters/processes/byte-search.js'

test('finds a word wherever it stands, and only a whole one', () => {
  const words = ['secret-one', 'another-secret', 'ü'.repeat(8)]
  const search = searchFor(words.map((word) => Buffer.from(word)))
  for (const word of words)
    for (let at = 0; at < 40; at += 1) {
      const around = 's'.repeat(at)
      expect(search(Buffer.from(`${around}${word}${around}`)), `${word} at ${at}`).toBe(true)
      expect(search(Buffer.from(`${around}${word.slice(0, -1)}`)), `a part of ${word} at ${at}`).toBe(false)
    }
  expect(search(Buffer.alloc(0))).toBe(false)
  expect(searchFor([])(Buffer.from('anything'))).toBe(false)
})
