/** What the clocks of a time zone show. */
export interface WallClock {
  readonly year: number
  /** From 0. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

const day = 86_400_000

/** @param zone an IANA name, as `Europe/Rome` */
export function wallClock(instant: number, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant)
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((p) => p.type === type)?.value)
  return { year: part('year'), month: part('month') - 1, day: part('day'), hour: part('hour'), minute: part('minute') }
}

/** The instant (epoch ms) at which the clocks of a zone show that time; one that summer time skips is taken an hour later. */
export function instantOf(wall: WallClock, zone: string): number {
  const asIfUtc = Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute)
  const first = asIfUtc - offsetAt(asIfUtc, zone)
  return asIfUtc - offsetAt(first, zone)
}

function offsetAt(instant: number, zone: string): number {
  const wall = wallClock(instant, zone)
  return Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute) - Math.floor(instant / 60_000) * 60_000
}

/** The first instant after `now` at which the clocks of a zone show that time of day. */
export function nextTimeOfDay(time: { readonly hour: number; readonly minute: number }, now: number, zone: string): number {
  const today = instantOf({ ...wallClock(now, zone), ...time }, zone)
  return today > now ? today : instantOf({ ...wallClock(now + day, zone), ...time }, zone)
}

/** Whether this machine knows a zone by that name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}
