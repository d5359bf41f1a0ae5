import type { ResolutionFaults } from '../core/policy/resolution.js'
import type { Conflict, NudgeSubject, PromptSubject, RemediationSubject, ReviewSubject } from '../core/prompt-subject.js'
import { bullets, checkReports, criteriaList, enclosed, milestoneBlocks, section, visible } from './prompt-parts.js'
import { barText, earlierRoundText, lensText } from './review-prompt.js'
import { template } from './template.js'

/** The texts under `templates/` that prompts are made from. */
export interface PromptTemplates {
  readonly implement: string
  readonly remediate: string
  readonly resolve: string
  readonly review: string
  readonly goOn: string
  readonly reviewGoOn: string
  readonly nudge: string
}

/** In UTF-16 units. A larger diff leaves the reviewer no room to think; it then reads the diff itself, file by file. */
export const mostDiffInline = 100_000
/** Of each command's output, by what the session is for. */
const outputForMending = 8_000
const outputForReview = 1_500

const common = ['id', 'title', 'milestones', 'projectRules', 'constraints'] as const

/** Makes the prompts of all kinds of session. Throws when a template names what no prompt has: a bug in the package. */
export function promptsFrom(templates: PromptTemplates) {
  const implement = template(templates.implement, common)
  const remediate = template(templates.remediate, [...common, 'checks', 'findings'])
  const resolve = template(templates.resolve, [...common, 'files', 'refusal', 'others', 'base', 'ours', 'theirs'])
  const review = template(templates.review, [...common, 'base', 'head', 'diff', 'checks', 'criteria', 'before', 'bar'])
  const goOn = template(templates.goOn, common)
  const reviewGoOn = template(templates.reviewGoOn, [...common, 'base', 'head', 'criteria'])
  const nudge = template(templates.nudge, ['id', 'title', 'silence'])
  return {
    implement: (subject: PromptSubject) => implement(commonValues(subject)),
    goOn: (subject: PromptSubject) => goOn(commonValues(subject)),
    nudge: (subject: NudgeSubject) => nudge({ ...commonValues(subject), silence: silenceWords(subject) }),
    remediate: (subject: RemediationSubject) =>
      remediate({
        ...commonValues(subject),
        checks: section(
          'Commands that must pass and do not',
          [checkReports(subject.checks, outputForMending), redBeforeWords(subject)].join('\n\n').trim(),
        ),
        findings: section('What the review asks for', subject.findings === '' ? '' : enclosed('review', {}, subject.findings)),
      }),
    resolve: (subject: PromptSubject & Conflict) =>
      resolve({
        ...commonValues(subject),
        files: section('Files in conflict', bullets(subject.files)),
        refusal: section('Why your last resolution was not taken', refusalWords(subject.refusal)),
        others: section('What the other side is about', milestoneBlocks(subject.others)),
        base: subject.base,
        ours: subject.ours,
        theirs: subject.theirs,
      }),
    review: (subject: ReviewSubject) => review({ ...commonValues(subject), ...reviewValues(subject) }),
    reviewGoOn: (subject: ReviewSubject) => reviewGoOn({ ...commonValues(subject), ...reviewValues(subject) }),
  }
}

/** It is no fault of the work, and still it must pass: whoever does not know looks in the wrong place. */
function redBeforeWords({ checks, redBefore }: RemediationSubject): string {
  const before = checks.filter((check) => redBefore.includes(check.command))
  return before
    .map(({ command }) => `\`${command}\` failed before this work began: the cause may lie in what was there already.`)
    .join('\n')
}

function refusalWords(refusal: ResolutionFaults | null): string {
  const { outside, lostTests } = refusal ?? { outside: [], lostTests: [] }
  return [
    lostTests.length === 0 ? '' : `Tests that one side added are not there any more; put each of them back:\n${bullets(lostTests)}`,
    outside.length === 0
      ? ''
      : `You changed files outside of the conflict. Put each back as it was, or give its reason at the end:\n${bullets(outside)}`,
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function silenceWords({ silentMs, tool }: NudgeSubject): string {
  const time = silentMs < 120_000 ? `${Math.round(silentMs / 1000)} seconds` : `${Math.round(silentMs / 60_000)} minutes`
  // It says of itself what it ran; one line of it is enough to be recognised.
  return tool === null ? time : `${time} while this ran: ${tool.replace(/\s+/g, ' ').slice(0, 200)}`
}

function commonValues(subject: PromptSubject): Record<(typeof common)[number], string> {
  const { projectRules, constraints } = subject
  return {
    id: subject.id,
    title: subject.title.replace(/\s+/g, ' ').trim(),
    milestones: milestoneBlocks(subject.milestones),
    projectRules: projectRules.trim() === '' ? '' : section('Rules of the project', enclosed('project-rules', {}, projectRules)),
    constraints: section('Further rules', bullets(constraints)),
  }
}

function reviewValues(subject: ReviewSubject): Record<'base' | 'head' | 'diff' | 'checks' | 'criteria' | 'before' | 'bar', string> {
  const { base, head, before, lens } = subject
  return {
    base,
    head,
    criteria:
      lens === 'correctness' ? section('What to judge one by one', criteriaText(subject)) : section('What to look for', lensText[lens]),
    checks: section('Commands that orch ran on this change', checkReports(subject.checks, outputForReview)),
    before: before === null ? '' : earlierRoundText(before, (diff) => diffText({ base: before.round.commit, head, diff })),
    bar: barText(subject.bar),
    diff: diffText(subject),
  }
}

function criteriaText({ id, milestones }: ReviewSubject): string {
  if (id.startsWith('stage-')) return 'Each task was reviewed by itself before. Judge whether they fit together; leave `criteria` empty.'
  const [only] = milestones
  const numbered = only === undefined ? '' : criteriaList(only)
  return numbered === '' ? noCriteria : numbered
}

const noCriteria = 'The milestone names no exit criteria: judge whether it is done as a whole, and leave `criteria` empty.'

function diffText({ base, head, diff }: Pick<ReviewSubject, 'base' | 'head' | 'diff'>): string {
  if (diff.length <= mostDiffInline) return enclosed('diff', {}, visible(diff))
  const size = Math.round(diff.length / 1000)
  return [
    `It is too large to be shown here (${size} kB). Read it yourself, all of it, file by file:`,
    `- \`git diff --stat ${base}..${head}\` for the list`,
    `- \`git diff ${base}..${head} -- <file>\` for each`,
  ].join('\n')
}
