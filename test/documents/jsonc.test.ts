import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJsonc } from '../../src/documents/jsonc.js'

describe('JSON with comments', () => {
  test('is read as JSON.parse reads it', () =>
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.nat(3), (json, spaces) => {
        const text = JSON.stringify(JSON.parse(json), null, spaces)
        expect(parseJsonc(text)).toMatchObject({ ok: true, value: { value: JSON.parse(text) } })
      }),
    ))

  test('may have comments and a last comma', () => {
    const text = '// top\n{ /* in */ "a": [1, 2, ], // end\n "b": "// none", }\n/* after */'
    expect(parseJsonc(text)).toMatchObject({ ok: true, value: { value: { a: [1, 2], b: '// none' } } })
  })

  test('tells where keys and elements stand', () => {
    const text = '{\n  "a": { "b": [ true, null ] }\n}'
    const read = parseJsonc(text)
    if (!read.ok) throw new Error(read.error.message)
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 1]].map((path) => text.slice(read.value.offsetOf(path)).slice(0, 3))).toEqual([
      '{\n ',
      '"a"',
      '"b"',
      'nul',
    ])
  })

  test.each([
    ['', 0, 'the file ends where a value is expected'],
    ['{"a": 1', 0, 'this is never closed by }'],
    ['{"a" 1}', 5, ': is expected here'],
    ['{a: 1}', 1, 'a key in double quotes is expected here'],
    ["{'a': 1}", 1, 'a key in double quotes is expected here'],
    ['{"a": yes}', 6, 'yes is no value: a text needs double quotes'],
    ['{"a": TRUE}', 6, 'TRUE is no value: a text needs double quotes'],
    ['{"a": 01}', 6, '01 is no value: a text needs double quotes'],
    ['{"a": }', 6, 'a value is expected here'],
    ['{"a": "x\n"}', 6, 'this text is not closed, or holds a line end or a wrong escape'],
    ['{"a": "\\x"}', 6, 'this text is not closed, or holds a line end or a wrong escape'],
    ['{"a": 1 "b": 2}', 8, 'a comma or } is expected here'],
    ['[1,,2]', 3, 'a value is expected here'],
    ['{"a": 1, "a": 2}', 9, 'the key "a" is here twice'],
    ['{} {}', 3, 'something stands after the end'],
    ['# yaml\n{}', 0, '# is no value: a text needs double quotes'],
    ['['.repeat(100_000), 65, 'this is nested too deeply'],
  ])('%#: a fault is reported where it is', (text, offset, message) =>
    expect(parseJsonc(text)).toEqual({ ok: false, error: { offset, message } }),
  )

  test('that is none is never an exception', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '1', 'e', 'tru', '//', '/*', '*/', '\n', ' ', '\0')),
        (parts) => {
          const text = parts.join('')
          const read = parseJsonc(text)
          return read.ok || (read.error.offset >= 0 && read.error.offset <= text.length)
        },
      ),
    ))

  test('keeps a key named __proto__ as data', () => {
    const read = parseJsonc('{"__proto__": {"x": 1}}')
    expect(read.ok && Object.keys(read.value.value as object)).toEqual(['__proto__'])
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})
