import { instantOf, isZone, nextTimeOfDay, wallClock } from '../../core/wall-clock.js'

/** How the program begins its sentence when the plan refuses. The official list, and two forms of old versions. */
const beginnings = [
  "You've hit your",
  "You've reached your",
  "You're out of usage credits",
  'Your org is out of usage',
  "Your seat type doesn't include",
  'Your usage allocation has been disabled by your admin',
  "Your group's usage limit is set to $0",
  "You're out of extra usage",
  'Claude AI usage limit reached',
  'Claude usage limit reached',
] as const

/** No waiting helps against these: a person must change the plan. */
const needsPerson = /^Your (seat type doesn't include|usage allocation has been disabled|group's usage limit is set to \$0)/

export interface LimitText {
  /** Epoch milliseconds, or null when the text gives none. */
  readonly resetsAt: number | null
  /** As far as the text tells: `five_hour`, `seven_day`. */
  readonly window: string | null
  /** Waiting does not help. */
  readonly needsPerson: boolean
}

/** Reads the final text of a failed session as a refusal by the plan; null when it is none. */
export function readLimitText(text: string, now: number, localZone: string): LimitText | null {
  const said = text.trim()
  if (!beginnings.some((b) => said.startsWith(b))) return null
  return { resetsAt: readReset(said, now, localZone), window: windowIn(said), needsPerson: needsPerson.test(said) }
}

function windowIn(text: string): string | null {
  if (/5-hour|session limit/i.test(text)) return 'five_hour'
  if (/weekly/i.test(text)) return 'seven_day'
  return null
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** A reset that lies this little in the past is meant as it stands, not as tomorrow's. */
const justPast = 15 * 60_000

/**
 * `…|1750708800`, `resets 4:50am (Europe/Rome)`, `resets Feb 7, 11am (Asia/Seoul)`, `will reset at 5pm (UTC)`, `resets 16:30`.
 * Without a date it is the next such time of day, without a zone that of this machine.
 */
function readReset(text: string, now: number, localZone: string): number | null {
  const epoch = /\|(\d{10})(\d{3})?\b/.exec(text)
  if (epoch !== null) return Number(epoch[1]) * 1000
  const match =
    /resets?(?: at)?\s+(?:([A-Z][a-z]{2})[a-z]*\s+(\d{1,2})(?:,?\s+(\d{4}))?(?:,|\s+at)?\s+)?(\d{1,2})(?::(\d{2}))?\s*([ap]m)?(?:\s*\(([^)]+)\))?/i.exec(
      text,
    )
  if (match === null) return null
  const [, monthName, dayOfMonth, year, hourText, minuteText, half, zone] = match
  const hour = hourOfDay(Number(hourText), half)
  const minute = Number(minuteText ?? 0)
  if (hour === null || minute > 59) return null
  const place = zone ?? localZone
  if (!isZone(place)) return null
  if (monthName === undefined) return nextTimeOfDay({ hour, minute }, now - justPast, place)
  const month = months.indexOf(monthName.toLowerCase())
  if (month === -1) return null
  const at = (y: number): number => instantOf({ year: y, month, day: Number(dayOfMonth), hour, minute }, place)
  return year === undefined ? nearestYear(at, wallClock(now, place).year, now) : at(Number(year))
}

function hourOfDay(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour <= 23 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
}

/** A date without a year is the one that is nearest: around New Year it may be next year's. */
function nearestYear(at: (year: number) => number, year: number, now: number): number {
  return [year - 1, year, year + 1].map(at).reduce((best, one) => (Math.abs(one - now) < Math.abs(best - now) ? one : best))
}
