import { counted } from './counted.js'
import type { Failure } from './failure.js'
import { trendWords } from './review-history.js'

/** Why a review that still asks for changes is left to a person, and how the rounds went. */
export function unresolvedWords({ rounds, findings, trend, stall }: Failure & { reason: 'review-unresolved' }): string {
  const after = `after ${counted(rounds, 'round')} of remediation`
  const course = trend === undefined ? counted(findings, 'finding') : `${counted(findings, 'finding')}; ${trendWords(trend)}`
  if (stall === 'plateau') return `${after} the review asks for the very same changes (${course}): more of it would not help`
  if (stall === 'oscillation') return `${after} what was mended keeps coming back (${course}): more of it would not help`
  return `${after} the review still asks for changes (${course})`
}
