import type { CheckResult } from '../core/check.js'
import type { CommitId } from '../core/fact.js'
import type { Lens } from '../core/lens.js'
import type { Milestone } from '../core/milestone.js'
import type { ResolutionFaults } from '../core/policy/resolution.js'
import type { Severity } from '../core/verdict.js'
import { bullets, checkReports, criteriaList, enclosed, milestoneBlocks, section, visible } from './prompt-parts.js'
import { barText, type EarlierRound, earlierRoundText, lensText } from './review-prompt.js'
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

/** What every prompt is about. */
export interface PromptSubject {
  /** A task (`2B`) or the whole of a stage (`stage-2`). */
  readonly id: string
  readonly title: string
  readonly milestones: readonly Milestone[]
  /** The repository's CLAUDE.md, or empty. */
  readonly projectRules: string
  readonly constraints: readonly string[]
}

export interface RemediationSubject extends PromptSubject {
  readonly checks: readonly CheckResult[]
  /** Commands that failed before the work began. */
  readonly redBefore: readonly string[]
  readonly findings: string
}

export interface ResolutionSubject extends PromptSubject {
  readonly files: readonly string[]
  /** Of the tasks whose work stands on the other side. */
  readonly others: readonly Milestone[]
  /** Where both sides began, and each of them. */
  readonly base: CommitId
  readonly ours: CommitId
  readonly theirs: CommitId
  /** Why an earlier resolution was not taken; null: there was none. */
  readonly refusal: ResolutionFaults | null
}

export interface NudgeSubject extends PromptSubject {
  /** Milliseconds. */
  readonly silentMs: number
  /** What was running; null: nothing. */
  readonly tool: string | null
}

export interface ReviewSubject extends PromptSubject {
  readonly base: CommitId
  readonly head: CommitId
  readonly diff: string
  readonly checks: readonly CheckResult[]
  readonly lens: Lens
  /** From which severity on findings hold the work back. */
  readonly bar: Severity
  /** What the round before left open; null: there was none. */
  readonly before: EarlierRound | null
}

/** Makes the prompts of all kinds of session. */
export interface Prompts {
  implement(subject: PromptSubject): string
  remediate(subject: RemediationSubject): string
  resolve(subject: ResolutionSubject): string
  review(subject: ReviewSubject): string
  goOn(subject: PromptSubject): string
  reviewGoOn(subject: ReviewSubject): string
  nudge(subject: NudgeSubject): string
}

/** In UTF-16 units. A larger diff leaves the reviewer no room to think; it then reads the diff itself, file by file. */
export const mostDiffInline = 100_000
/** Of each command's output, by what the session is for. */
const outputForMending = 8_000
const outputForReview = 1_500

const common = ['id', 'title', 'milestones', 'projectRules', 'constraints'] as const

/** Throws when a template names what no prompt has: a bug in the package. */
export function promptsFrom(templates: PromptTemplates): Prompts {
  const implement = template(templates.implement, common)
  const remediate = template(templates.remediate, [...common, 'checks', 'findings'])
  const resolve = template(templates.resolve, [...common, 'files', 'refusal', 'others', 'base', 'ours', 'theirs'])
  const review = template(templates.review, [...common, 'base', 'head', 'diff', 'checks', 'criteria', 'before', 'bar'])
  const goOn = template(templates.goOn, common)
  const reviewGoOn = template(templates.reviewGoOn, [...common, 'base', 'head', 'criteria'])
  const nudge = template(templates.nudge, ['id', 'title', 'silence'])
  return {
    implement: (subject) => implement(commonValues(subject)),
    goOn: (subject) => goOn(commonValues(subject)),
    nudge: (subject) => nudge({ ...commonValues(subject), silence: silenceWords(subject) }),
    remediate: (subject) =>
      remediate({
        ...commonValues(subject),
        checks: section(
          'Commands that must pass and do not',
          [checkReports(subject.checks, outputForMending), redBeforeWords(subject)].join('\n\n').trim(),
        ),
        findings: section('What the review asks for', subject.findings === '' ? '' : enclosed('review', {}, subject.findings)),
      }),
    resolve: (subject) =>
      resolve({
        ...commonValues(subject),
        files: section('Files in conflict', bullets(subject.files)),
        refusal: section('Why your last resolution was not taken', refusalWords(subject.refusal)),
        others: section('What the other side is about', milestoneBlocks(subject.others)),
        base: subject.base,
        ours: subject.ours,
        theirs: subject.theirs,
      }),
    review: (subject) => review({ ...commonValues(subject), ...reviewValues(subject) }),
    reviewGoOn: (subject) => reviewGoOn({ ...commonValues(subject), ...reviewValues(subject) }),
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
