import { environment } from '../ground-rules.js'
import type { Chapter, Kept } from './promise.js'

/** No secret in the facts, in the records of a run, or in a commit. */
export const noSecretInWhatWeWrite: Kept = (chapter) =>
  [...textsOf(chapter)].filter(({ text }) => text.includes(environment.ANTHROPIC_API_KEY)).map(({ where }) => `the key stands in ${where}`)

function* textsOf({ steps, writings, moves, evidence }: Chapter) {
  for (const { fact } of steps) yield { where: `the fact ${fact.seq} ${fact.type}`, text: JSON.stringify(fact) }
  yield* writings
  for (const { to } of moves) yield { where: `the commit ${to}`, text: JSON.stringify(evidence.git.get(to)) }
}
