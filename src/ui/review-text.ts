import type { RecordedFact } from '../core/fact.js'
import { factDetails } from './fact-details.js'
import { oneLine } from './harmless.js'
import { workName } from './wording.js'
import { verdictWords } from './work-wording.js'

type ReviewGiven = RecordedFact & { readonly type: 'review-given' }

/** What a review answered, in full: the verdict, what counts as met and why, what does not, and the findings. */
export function reviewText(fact: ReviewGiven): string {
  const { verdict } = fact
  const place = (file: string | null, line: number | null): string => (file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`)
  const met = verdict.criteria.filter((c) => c.met).map((c) => oneLine(`criterion ${c.n} is met: ${c.evidence}${place(c.file, c.line)}`))
  const lines = [...factDetails(fact), ...met].map((line) => `  ${line}`)
  return [`Review ${fact.review} of ${workName(fact.task)}: ${verdictWords(verdict)}`, ...lines].join('\n')
}
