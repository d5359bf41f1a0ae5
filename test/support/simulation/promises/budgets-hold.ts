import type { Kept } from './promise.js'

/** What has nothing left starts nothing. That it burns no retry is part of what holds for limits. */
export const budgetsHold: Kept = ({ starts }) =>
  starts.flatMap((s) => (s.usedUp === null ? [] : [`${s.task} ${s.step} ${s.number} began although this was used up: ${s.usedUp}`]))
