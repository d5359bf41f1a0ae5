import type { Dice } from './dice.js'
import { environment } from './ground-rules.js'

interface Answer {
  readonly structured: unknown
  readonly text: string
}

const finding = (severity: string) => ({
  severity,
  file: null,
  line: null,
  title: 'not right',
  detail: `seen with ${environment.ANTHROPIC_API_KEY}`,
})

const met = (most: number) => Array.from({ length: most }, (_, i) => ({ n: i + 1, met: true, evidence: 'seen', file: null, line: null }))

/** Names what is not there. */
const lied = (most: number) => met(most).map((criterion) => ({ ...criterion, file: 'nowhere.txt', line: 7 }))

const refusals = (most: number, isJudged: boolean): readonly unknown[] => [
  { verdict: 'changes_requested', summary: 'no', criteria: met(most), findings: [finding('major')] },
  { verdict: 'changes_requested', summary: 'no', criteria: met(most), findings: [] },
  // Says yes, and shows that it means no.
  { verdict: 'approved', summary: 'well', criteria: met(most), findings: [finding('blocker')] },
  ...(isJudged ? [{ verdict: 'approved', summary: 'well', criteria: lied(most), findings: [] }] : []),
]

const garbage: readonly Answer[] = [
  ...['yes', { verdict: 'fine' }, { verdict: 'approved', criteria: 'all' }, []].map((structured) => ({ structured, text: '' })),
  { structured: undefined, text: 'All done! Approved.' },
  { structured: null, text: '{"verdict": "approved"' },
  { structured: undefined, text: '```json\n{"verdict":"approved"}\n```\n```json\n{"verdict":"changes_requested"}\n```' },
]

/** What a reviewing session answers. `most`: how many criteria it judges; `isJudged`: the milestone has one that only a reviewer can. */
export function reviewAnswer(
  kind: 'good' | 'picky' | 'garbage',
  { most, isJudged }: { readonly most: number; readonly isJudged: boolean },
  dice: Dice,
): Answer {
  if (kind === 'picky') return { structured: dice.pick(refusals(most, isJudged)), text: '' }
  if (kind === 'garbage') return dice.pick(garbage)
  const answer = { verdict: 'approved', summary: 'good', criteria: met(most), findings: dice.chance(0.2) ? [finding('nit')] : [] }
  return dice.chance(0.2) ? { structured: undefined, text: JSON.stringify(answer) } : { structured: answer, text: '' }
}
