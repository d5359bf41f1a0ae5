import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'
import type { FindingAnswer } from '../../core/review-history.js'
import type { ReviewAnswer, Verdict } from '../../core/verdict.js'

/** What a reviewing session must answer by, and how its answer is read. */
export interface ReviewFormat {
  readonly schema: object
  /** An answer that cannot be read is the bad news `review-unreadable`; never an approval. */
  read(structured: unknown, text: string): Result<ReviewAnswer, Failure>
  /** A verdict's unmet criteria and findings, for the implementer. */
  describe(verdict: Verdict): string
  /** What the final text of a session that mends says to findings in place of a change. */
  answers(text: string): readonly FindingAnswer[]
}
