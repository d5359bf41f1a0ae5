import { z } from 'zod'
import { judgementWords } from '../core/evidence.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import { type CriterionJudgement, type Finding, type ReviewAnswer, severities, type Verdict } from '../core/verdict.js'
import { findingId } from './finding-id.js'

const orNull = (type: string) => ({ type: [type, 'null'] })

/** The JSON schema that a reviewing session must answer by. */
export const reviewAnswerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['verdict', 'summary', 'criteria', 'findings'],
  properties: {
    verdict: { type: 'string', enum: ['approved', 'changes_requested'] },
    summary: { type: 'string' },
    criteria: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['n', 'met', 'evidence'],
        properties: {
          n: { type: 'integer', description: "The criterion's number" },
          met: { type: 'boolean' },
          evidence: { type: 'string', description: 'What in the code or a test shows it' },
          file: orNull('string'),
          line: orNull('integer'),
          test: { ...orNull('string'), description: 'A test that shows it, by its name as the output of a command above prints it' },
          commit: { ...orNull('string'), description: 'A commit of the change that shows it' },
        },
      },
    },
    findings: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['severity', 'title', 'detail'],
        properties: {
          id: { ...orNull('string'), description: 'The id of the earlier finding that this repeats; null for a new one' },
          severity: { type: 'string', enum: severities },
          file: orNull('string'),
          line: orNull('integer'),
          title: { type: 'string', description: 'The claim in one sentence' },
          detail: { type: 'string', description: 'Why it is so, and what would be right' },
        },
      },
    },
  },
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const file = z
  .string()
  .nullish()
  .transform((value) => (value?.trim() ? value.trim() : null))
const line = z
  .number()
  .nullish()
  .transform((value) => (value != null && Number.isSafeInteger(value) && value > 0 ? value : null))

/** Lenient about what may be missing, strict about what decides. */
const answer = z.object({
  verdict: z.enum(['approved', 'changes_requested']),
  summary: text,
  criteria: z.array(z.object({ n: z.int(), met: z.boolean(), evidence: text, file, line, test: file, commit: file })).nullish(),
  findings: z.array(z.object({ id: text, severity: z.enum(severities), file, line, title: z.string(), detail: text })).nullish(),
})

/**
 * Reads a review. What the program gave as structured output counts; without any, its text as a whole, or the one
 * block of JSON in it. Prose is never searched for a verdict.
 */
export function readReviewAnswer(structured: unknown, text: string): Result<ReviewAnswer, Failure> {
  const given = structured === undefined || structured === null ? jsonIn(text) : ok(structured)
  if (!given.ok) return unreadable(given.error)
  const read = answer.safeParse(given.value)
  if (!read.success) return unreadable(z.prettifyError(read.error).replace(/\s+/g, ' ').replaceAll('✖ ', ''))
  const { verdict, summary, criteria, findings } = read.data
  return ok({
    verdict,
    summary,
    criteria: withoutContradictions((criteria ?? []).map(withoutBlanks)),
    findings: (findings ?? []).map(({ id, ...finding }) => ({
      id: findingId(finding),
      ...finding,
      ...(id.trim() === '' ? {} : { repeats: id.trim() }),
    })),
  })
}

const unreadable = (detail: string): Result<never, Failure> => err({ reason: 'review-unreadable', detail })

const withoutBlanks = ({ test, commit, ...criterion }: CriterionJudgement): CriterionJudgement => ({
  ...criterion,
  ...(test == null ? {} : { test }),
  ...(commit == null ? {} : { commit }),
})

/** A criterion judged both ways counts as not met. */
const withoutContradictions = (criteria: readonly CriterionJudgement[]): CriterionJudgement[] =>
  criteria.filter((c) => !c.met || !criteria.some((other) => other.n === c.n && !other.met))

function jsonIn(text: string): Result<unknown, string> {
  const whole = parse(text)
  if (whole.ok) return whole
  const blocks = [...text.matchAll(/^```json[ \t]*\r?\n([\s\S]*?)^```[ \t]*$/gim)]
  const [block] = blocks
  if (block === undefined) return err('there was neither structured output nor JSON in the answer')
  return blocks.length === 1 ? parse(block[1] ?? '') : err(`the answer holds ${blocks.length} blocks of JSON`)
}

function parse(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text))
  } catch {
    return err('the JSON in the answer is broken')
  }
}

/** What a verdict asks for, as the implementing session is told it. Empty when it asks for nothing. */
export function describeVerdict(verdict: Verdict): string {
  const unmet = verdict.criteria.filter((c) => !c.met)
  const parts = [
    verdict.approved || verdict.summary.trim() === '' ? '' : verdict.summary.trim(),
    unmet.length === 0 ? '' : `Exit criteria that are not met:\n\n${unmet.map(describeJudgement).join('\n')}`,
    verdict.findings.length === 0 ? '' : `Findings:\n\n${verdict.findings.map(describeFinding).join('\n')}`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const describeJudgement = (c: CriterionJudgement): string =>
  c.refuted === undefined
    ? `- Criterion ${c.n}${place(c)}: ${indented(c.evidence)}`
    : `- Criterion ${c.n}: the review holds it for met, but ${indented(judgementWords(c))}`

function describeFinding(finding: Finding, index: number): string {
  const detail = finding.detail.trim() === '' ? '' : `\n   ${indented(finding.detail)}`
  const whose = finding.task === undefined ? '' : `, in what ${finding.task} brought`
  return `${index + 1}. [${finding.severity}] ${finding.id}${place(finding)}${whose}: ${indented(finding.title)}${detail}`
}

const place = ({ file, line }: { file: string | null; line: number | null }): string =>
  file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`

const indented = (text: string): string => text.trim().replace(/\r?\n/g, '\n   ')
