import { duration } from './amounts.js'

/** When and where something is read. Given in, so that the same state always reads the same. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number
  /** An IANA name such as `Europe/Berlin`; undefined: the machine's own. */
  readonly timeZone?: string | undefined
}

type Parts = Readonly<Record<'weekday' | 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>>

function parts(epochMs: number, timeZone: string | undefined): Parts {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return Object.fromEntries(format.formatToParts(epochMs).map((part) => [part.type, part.value])) as Parts
}

/** The time of day with seconds, `15:04:05`: how a line of a log begins. */
export function timeOfDay(epochMs: number, timeZone: string | undefined): string {
  if (!Number.isFinite(epochMs)) return '--:--:--'
  const { hour, minute, second } = parts(epochMs, timeZone)
  return `${hour}:${minute}:${second}`
}

/** A local instant as short as today allows: `15:04`, or `Mon 24 Nov 15:04` on another day. */
export function localTime(epochMs: number, moment: Moment): string {
  if (!Number.isFinite(epochMs)) return 'an unknown time'
  const then = parts(epochMs, moment.timeZone)
  const today = parts(moment.now, moment.timeZone)
  const clock = `${then.hour}:${then.minute}`
  const sameDay = then.day === today.day && then.month === today.month && then.year === today.year
  return sameDay ? clock : `${then.weekday} ${then.day} ${then.month} ${clock}`
}

/** `15:04 (in 12m 30s)`; an instant that has passed is only named. */
export const until = (epochMs: number, moment: Moment): string =>
  epochMs > moment.now ? `${localTime(epochMs, moment)} (in ${countdown(epochMs - moment.now)})` : localTime(epochMs, moment)

/** A begun second counts: what is still to come never reads `0s`. */
export const countdown = (ms: number): string => duration(Math.ceil(ms / 1000) * 1000)
