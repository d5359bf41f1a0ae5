import type { Dice } from './dice.js'
import { environment } from './ground-rules.js'

interface Answer {
  readonly structured: unknown
  readonly text: string
}

const finding = (severity: string, more: { readonly title?: string; readonly id?: string } = {}) => ({
  severity,
  file: null,
  line: null,
  title: 'not right',
  detail: `seen with ${environment.ANTHROPIC_API_KEY}`,
  ...more,
})

const claims = ['not right', 'no test shows that it works', 'the same is said twice', 'somebody will trip over it']

/** Names, one more time, what was open before, or forgets it; comes back to it, or finds something else. */
function persistent(open: readonly string[], dice: Dice) {
  const again = open.filter(() => dice.chance(0.5)).map((id) => finding('major', { id, title: `${dice.pick(claims)}, still` }))
  return again.length > 0 && dice.chance(0.6) ? again : [...again, finding(dice.pick(['major', 'blocker']), { title: dice.pick(claims) })]
}

const met = (most: number, file: string | null = null) =>
  Array.from({ length: most }, (_, i) => ({ n: i + 1, met: true, evidence: 'seen', file, line: file === null ? null : 1 }))

/** Names what is not there. */
const lied = (most: number) => met(most).map((criterion) => ({ ...criterion, file: 'nowhere.txt', line: 7 }))

const refusals = ({ most, isJudged, open }: Judging, dice: Dice): readonly unknown[] => [
  { verdict: 'changes_requested', summary: 'no', criteria: met(most), findings: persistent(open, dice) },
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

interface Judging {
  /** How many criteria it judges. */
  readonly most: number
  /** The milestone has one that only a reviewer can judge, and this is the one to do so. */
  readonly isJudged: boolean
  /** The ids of what was found before. */
  readonly open: readonly string[]
  /** A file of the work that is judged; null: it has none. */
  readonly file: string | null
}

/** What a reviewing session answers. */
export function reviewAnswer(kind: 'good' | 'picky' | 'garbage', judging: Judging, dice: Dice): Answer {
  const { most, file } = judging
  if (kind === 'picky') return { structured: dice.pick(refusals(judging, dice)), text: '' }
  if (kind === 'garbage') return dice.pick(garbage)
  const answer = { verdict: 'approved', summary: 'good', criteria: met(most, file), findings: dice.chance(0.2) ? [finding('nit')] : [] }
  return dice.chance(0.2) ? { structured: undefined, text: JSON.stringify(answer) } : { structured: answer, text: '' }
}
