import type { WindowUse } from '../../core/session.js'
import { type Json, number, object, text } from './json-line.js'
import type { LimitInfo } from './stream-event.js'

/** Reads what the program says of the account's windows, its `rate_limit_info`. */
export function limitInfo(info: Json): LimitInfo {
  const paidExtra = info['overageInUse'] === true || info['isUsingOverage'] === true
  const closed = paidExtra ? closedWindow(object(info['unifiedWindows'])) : null
  return {
    rejected: info['status'] === 'rejected',
    resetsAt: closed?.resetsAt ?? epochMs(info['resetsAt']),
    window: closed?.window ?? text(info['rateLimitType']),
    paidExtra,
    windows: windowsOf(info),
  }
}

/** What a failed request says of them besides; null: nothing. */
export function limitOfError(failed: Json): LimitInfo | null {
  const info = object(failed['api_error_params'])['rate_limit_info']
  return info === undefined || info === null ? null : limitInfo(object(info))
}

/** Newer versions tell of every window; older ones only of the one that the event is about, and not always how full it is. */
function windowsOf(info: Json): WindowUse[] {
  const all = Object.entries(object(info['unifiedWindows'])).map(([window, w]) => windowUse(window, object(w)))
  const one = text(info['rateLimitType'])
  const known = all.length > 0 || one === null ? all : [windowUse(one, info)]
  return known.filter((w) => w !== null)
}

function windowUse(window: string, said: Json): WindowUse | null {
  const utilization = number(said['utilization']) ?? (said['status'] === 'rejected' ? 1 : null)
  return utilization === null ? null : { window, utilization, resetsAt: epochMs(said['resetsAt']) }
}

/** With paid extra usage the event speaks of the extra's own window; the plan's is the one that was used up. */
function closedWindow(windows: Json): { window: string; resetsAt: number | null } | null {
  const closed = Object.entries(windows).find(([, w]) => object(w)['status'] === 'rejected')
  return closed === undefined ? null : { window: closed[0], resetsAt: epochMs(object(closed[1])['resetsAt']) }
}

/** The program gives seconds. */
function epochMs(seconds: unknown): number | null {
  const value = number(seconds)
  return value === null || value <= 0 ? null : value * 1000
}
