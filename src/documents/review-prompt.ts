import type { Lens } from '../core/lens.js'
import { placeWords } from '../core/named-place.js'
import type { EarlierRound } from '../core/prompt-subject.js'
import { criterionName, isAtOrAbove, type Severity, severities } from '../core/verdict.js'
import { enclosed, section, visible } from './prompt-parts.js'

const others =
  'Another review judges everything else, the exit criteria too: leave `criteria` empty, and report nothing that is not of this kind.'

/** What a review of one lens is told to look for. */
export const lensText: Readonly<Record<Exclude<Lens, 'correctness'>, string>> = {
  security: `Look only for what makes the change unsafe: input that is trusted, injection, missing checks of who may do what, secrets, unsafe defaults, files and addresses that an outsider could choose, dependencies that are not what they seem. ${others}`,
  tests: `Look only at the tests: behaviour that the milestone asks for and no test would miss, tests that pass without the change or prove nothing, cases at the edges, tests that were deleted, skipped or loosened, tests that depend on time, order or chance. ${others}`,
  simplicity: `Look only for what makes the change harder to understand than it must be: code that repeats what is there already, layers and options that nobody asked for, dead code, names that mislead, changes beyond the milestone. ${others}`,
}

/** Which findings hold work back, for whoever gives the verdict. */
export function barText(bar: Severity): string {
  const below = severities.filter((s) => !isAtOrAbove(s, bar))
  const rest = below.length === 0 ? '' : ` Findings of severity ${listed(below)} alone do not hold work back.`
  return `The verdict is \`changes_requested\` when a criterion is not met or there is a finding of severity ${listed(severities.filter((s) => isAtOrAbove(s, bar)))}; otherwise it is \`approved\`.${rest}`
}

const listed = (names: readonly Severity[]): string => names.map((name) => `\`${name}\``).join(' or ')

/** What was found before, with the answers to it, and what has changed since. @param show the text of a diff */
export function earlierRoundText({ round, answers, diff }: EarlierRound, show: (diff: string) => string): string {
  const answerTo = (id: string): string[] => answers.filter((a) => a.id === id).map((a) => `answered: ${oneLine(a.reason)}`)
  const points = [
    ...round.unmet.map((c) => [`${criterionName(c.n)}, judged not met: ${oneLine(c.evidence)}`, ...answerTo(criterionName(c.n))]),
    ...round.findings.map((f) => [
      `${f.id} [${f.severity}]${f.file === null ? '' : ` (${placeWords(f)})`}: ${oneLine(f.title)}`,
      ...(f.detail.trim() === '' ? [] : [oneLine(f.detail)]),
      ...answerTo(f.id),
    ]),
  ]
  const found = points.map((lines) => `- ${lines.join('\n  ')}`).join('\n')
  const open =
    points.length === 0
      ? ''
      : section('What the review before found: look at this first', `${howToRepeat}\n\n${enclosed('open-findings', {}, found)}`)
  const since = diff === null ? '' : section(`What has changed since, from ${round.commit}`, diff.trim() === '' ? 'Nothing.' : show(diff))
  return [open, since].filter((part) => part !== '').join('\n\n')
}

const howToRepeat = `For each point see whether it is still so. If it is, repeat it under the same \`id\`, with the line where it stands now; if not, leave it out. Where one is answered, the answer is what the author of the change claims: look for yourself. If it convinces you, leave the finding out; if not, repeat it, and say in \`detail\` why the answer does not hold. Then look for what is new; new findings have \`id\` null.`

const oneLine = (text: string): string => visible(text).replace(/\s+/g, ' ').trim()
