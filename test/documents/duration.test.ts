import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration, parseEstimate, writeDuration } from '../../src/documents/duration.js'

const minute = 60_000
const hour = 60 * minute

describe('a duration', () => {
  test.each([
    ['30m', 30 * minute],
    ['1h30m', 90 * minute],
    ['90s', 90_000],
    ['500ms', 500],
    ['2 hours', 2 * hour],
    ['1 hour and 30 minutes', 90 * minute],
    ['1h, 5 min', 65 * minute],
    ['1.5h', 90 * minute],
    [' 8D ', 8 * 24 * hour],
    ['0s', 0],
    [1500, 1500],
    [0, 0],
  ])('is read from %j', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each([
    '',
    'soon',
    '30',
    '-5m',
    '5 parsecs',
    '1h30',
    '1h and',
    'm30',
    '1e3s',
    '9999999999999999w',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('is not read from %j', (text) => expect(parseDuration(text)).toBeNull())

  test('is read back as it was written', () =>
    fc.assert(fc.property(fc.nat({ max: 1e12 }), (ms) => parseDuration(writeDuration(ms)) === ms)))

  test('is read from any text without an error', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text)
        return ms === null || ms >= 0
      }),
    ))
})

describe('an estimate', () => {
  test.each([
    ['2 hours', 2 * hour],
    ['90 min', 90 * minute],
    ['1h30m', 90 * minute],
    ['45', 45 * minute],
    ['about 2 hours.', 2 * hour],
    ['~30m', 30 * minute],
    ['a while', null],
    ['2-3 hours', null],
    ['', null],
  ])('of %j', (text, ms) => expect(parseEstimate(text)).toBe(ms))
})
