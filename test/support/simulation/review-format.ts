import { readAnswers } from '../../../src/documents/finding-answers.js'
import { readReviewAnswer } from '../../../src/documents/review-answer.js'
import type { ReviewFormat } from '../../../src/engine/ports/review-format.js'

/** Answers are read as they are in earnest; only what a verdict asks for is said in short. */
export const reviewFormat: ReviewFormat = {
  schema: {},
  read: readReviewAnswer,
  describe: (verdict) => verdict.findings.map((f) => f.title).join('; '),
  answers: readAnswers,
}
