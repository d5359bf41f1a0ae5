import { err, ok } from '../../../src/core/result.js'
import type { ReviewAnswer } from '../../../src/core/verdict.js'
import type { ReviewFormat } from '../../../src/engine/ports.js'

/** Takes the structured answer as it is: how answers are read is tested where they are read. */
export const reviewFormat: ReviewFormat = {
  schema: {},
  read: (structured) =>
    typeof structured === 'object' && structured !== null
      ? ok(structured as ReviewAnswer)
      : err({ reason: 'review-unreadable', detail: 'prose' }),
  describe: (verdict) => verdict.findings.map((f) => f.title).join('; '),
}
