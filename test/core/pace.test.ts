import { expect, test } from 'vitest'
import { defaultConfig } from '../../src/core/config.js'
import { beginPace, startsAt, usePace } from '../../src/core/policy/pace.js'

const config = { ...defaultConfig.pace, requestsPerMinute: 10, tokensPerMinute: 1000, tokensPerDay: 10_000, burst: 1.2, reserve: 0.25 }
const begun = beginPace(config, 0, 0)

test.each([
  { says: 'nothing was used', used: { requests: 0, tokens: 0 }, now: 0, waits: 0, critical: 0 },
  { says: 'the burst leaves the reserve', used: { requests: 9, tokens: 0 }, now: 0, waits: 0, critical: 0 },
  // 12 at once, 3 of them reserved: at 2 another 1 must come, 6 s each.
  { says: 'only the reserve is left', used: { requests: 10, tokens: 0 }, now: 0, waits: 6000, critical: 0 },
  { says: 'time has filled it up', used: { requests: 10, tokens: 0 }, now: 6000, waits: 6000, critical: 6000 },
  { says: 'more was used than there was', used: { requests: 14, tokens: 0 }, now: 0, waits: 30_000, critical: 18_000 },
  // 1200 - 2000 = -800; 300 must be there: 1100 at 1000 a minute.
  { says: 'tokens are short', used: { requests: 1, tokens: 2000 }, now: 0, waits: 66_000, critical: 48_060 },
])('when $says', ({ used, now, waits, critical }) => {
  const pace = usePace(begun, used, 0)
  expect([startsAt(pace, config.reserve, false, now), startsAt(pace, config.reserve, true, now)]).toEqual([waits, critical])
})

test('a day’s tokens count what was used before', () => {
  const pace = beginPace(config, 9000, 0)
  // 1000 are left and 2500 reserved: 1500 at 10,000 a day.
  expect(startsAt(pace, config.reserve, false, 0)).toBe(12_960_000)
  expect(startsAt(pace, config.reserve, true, 0)).toBe(0)
})
