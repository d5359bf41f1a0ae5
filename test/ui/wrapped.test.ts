import { describe, expect, test } from 'vitest'
import { coloursFor } from '../../src/ui/colours.js'
import { wrapped } from '../../src/ui/wrapped.js'

describe('lines that are too long for a terminal', () => {
  const table: readonly (readonly [what: string, text: string, columns: number | undefined, lines: readonly string[]])[] = [
    ['are broken between words', 'one two three four five six', 21, ['one two three four', 'five six']],
    ['go on as far in as they began', '    one two three four five', 21, ['    one two three', '    four five']],
    ['keep a path whole', `see /a/${'b'.repeat(30)} there`, 21, ['see', `/a/${'b'.repeat(30)}`, 'there']],
    ['keep their columns aligned', '1A  title    merged   5s', 40, ['1A  title    merged   5s']],
    ['count wide characters twice', '漢字漢字 漢字漢字 漢字漢字', 21, ['漢字漢字 漢字漢字', '漢字漢字']],
    ['stay as they are where there is no terminal', 'word '.repeat(50), undefined, ['word '.repeat(50)]],
    ['stay as they are where nothing would fit', 'word '.repeat(50), 5, ['word '.repeat(50)]],
  ]
  test.each(table)('%s', (_, text, columns, lines) => {
    expect(wrapped(text, columns).split('\n')).toEqual(lines)
  })

  test('do not count colours', () => {
    const { good } = coloursFor(true)
    expect(wrapped(`${good('one')} two three four`, 21)).toBe(`${good('one')} two three four`)
  })
})
