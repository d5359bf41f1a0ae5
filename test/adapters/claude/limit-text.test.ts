import { expect, test } from 'vitest'
import { readLimitText } from '../../../src/adapters/claude/limit-text.js'

const now = Date.parse('2026-11-21T02:58:00Z')

test.each<{ text: string; resets: string | null; at?: string; window?: string }>([
  { text: 'Claude AI usage limit reached|1750708800', resets: '2025-06-23T20:00:00Z' },
  { text: 'Claude usage limit reached. Your limit will reset at 5pm (Europe/Warsaw).', resets: '2026-11-21T16:00:00Z' },
  { text: "You've hit your limit · resets 4:50am (Europe/Rome)", resets: '2026-11-21T03:50:00Z' },
  { text: "You've hit your limit · resets 3:30am (Europe/Rome)", resets: '2026-11-22T02:30:00Z' },
  { text: "You've hit your limit · resets Feb 7, 11am (Asia/Seoul)", resets: '2027-02-07T02:00:00Z' },
  { text: "You're out of extra usage · resets 5pm (America/New_York)", resets: '2026-11-21T22:00:00Z' },
  { text: "You've hit your session limit · resets 4:10am (UTC)", resets: '2026-11-21T04:10:00Z', window: 'five_hour' },
  { text: "You've hit your weekly limit · resets Nov 24, 2:11am (UTC)", resets: '2026-11-24T02:11:00Z', window: 'seven_day' },
  { text: "You've hit your 5-hour limit · resets 4:58am (UTC)", resets: '2026-11-21T04:58:00Z', window: 'five_hour' },
  { text: "You've hit your Opus limit · resets Nov 22, 4:03am (UTC)", resets: '2026-11-22T04:03:00Z' },
  { text: "You've hit your limit · resets 12am (UTC)", resets: '2026-11-22T00:00:00Z' },
  { text: "You've hit your limit · resets 12:30pm (UTC)", resets: '2026-11-21T12:30:00Z' },
  { text: "You've hit your limit · resets 16:30 (UTC)", resets: '2026-11-21T16:30:00Z' },
  // Just over: not tomorrow's.
  { text: "You've hit your limit · resets 2:50am (UTC)", resets: '2026-11-21T02:50:00Z' },
  // Without a zone that of the machine, here Asia/Kolkata.
  { text: "You've hit your limit · resets 10am", resets: '2026-11-21T04:30:00Z' },
  // Around New Year, in both directions.
  { text: "You've hit your limit · resets Jan 2, 1am (UTC)", at: '2026-12-30T00:00:00Z', resets: '2027-01-02T01:00:00Z' },
  { text: "You've hit your limit · resets Dec 31, 11pm (UTC)", at: '2027-01-01T00:00:00Z', resets: '2026-12-31T23:00:00Z' },
  { text: "You've hit your limit · resets Jan 2, 2028, 1am (UTC)", resets: '2028-01-02T01:00:00Z' },
  // The day is the one of that zone, and clocks may be set forward on it.
  { text: "You've hit your limit · resets 6am (Pacific/Auckland)", resets: '2026-11-21T17:00:00Z' },
  { text: "You've hit your limit · resets 4am (Europe/Berlin)", at: '2027-03-27T23:30:00Z', resets: '2027-03-28T02:00:00Z' },
  // Nothing to hold on to.
  { text: "You've hit your limit · resets soon", resets: null },
  { text: "You've hit your limit · resets 25:00 (UTC)", resets: null },
  { text: "You've hit your limit · resets 13pm (UTC)", resets: null },
  { text: "You've hit your limit · resets 5pm (Middle-earth)", resets: null },
  { text: "You've reached your Fable limit", resets: null },
])('"$text" resets at $resets', ({ text, resets, at, window }) => {
  const read = readLimitText(text, at === undefined ? now : Date.parse(at), 'Asia/Kolkata')
  expect(read).not.toBeNull()
  expect(read?.resetsAt ?? null).toBe(resets === null ? null : Date.parse(resets))
  expect(read?.window ?? null).toBe(window ?? null)
})

test.each([
  'API Error: Request rejected (429) · This request would exceed your rate limit',
  'API Error: Server is temporarily limiting requests (not your usage limit)',
  "I added the text: You've hit your limit · resets 4am (UTC)",
  '',
])('"%s" is no refusal by the plan', (text) => {
  expect(readLimitText(text, now, 'UTC')).toBeNull()
})

test.each([
  ["Your seat type doesn't include usage", true],
  ['Your usage allocation has been disabled by your admin', true],
  ["Your group's usage limit is set to $0", true],
  ["You've hit your weekly limit", false],
])('"%s" needs a person: %s', (text, needsPerson) => {
  expect(readLimitText(text, now, 'UTC')).toMatchObject({ needsPerson })
})
