import type { CheckResult } from './check.js'
import type { CommitId } from './fact.js'
import type { Criterion } from './milestone.js'
import { placeWords } from './named-place.js'
import { shortCommit } from './short-commit.js'
import type { CriterionJudgement, Verdict } from './verdict.js'
import type { Work } from './work.js'

/** Why an exit criterion counts as met, as far as orch itself has seen it. */
export type Evidence =
  /** orch ran the command that the criterion names. `digest`: SHA-256 of its whole output, the first 12 hex digits. */
  | ({ readonly kind: 'command' } & Pick<CheckResult, 'command' | 'passed' | 'exitCode' | 'timedOut' | 'durationMs' | 'digest'>)
  /** The file, and the line in it, is there at the commit that was judged. */
  | { readonly kind: 'place'; readonly file: string; readonly line: number | null; readonly commit: CommitId }
  /** The change that was judged takes the file away. */
  | { readonly kind: 'removal'; readonly file: string; readonly commit: CommitId }
  /** A check that passed printed the test's name, and not as skipped or failed. */
  | { readonly kind: 'test'; readonly name: string; readonly command: string }
  /** The commit is part of what was judged. */
  | { readonly kind: 'commit'; readonly commit: CommitId }
  /** Nothing but the reviewer's words. */
  | { readonly kind: 'statement' }

/** What orch found of the things that a judgement names; null: it names none of that kind. */
export interface Sighting {
  /** `lines`: null where no such file is there. */
  readonly place: { readonly file: string; readonly line: number | null; readonly lines: number | null; readonly isRemoved: boolean } | null
  /** `command`: the passing check that printed it; null: none did. */
  readonly test: { readonly name: string; readonly command: string | null } | null
  /** `found`: null where what was judged holds no such commit. */
  readonly commit: { readonly named: string; readonly found: CommitId | null } | null
}

/** What is named and true is evidence, what is named and false takes the criterion's being met away, and where nothing is named there is only the statement. */
export function weigh(judgement: CriterionJudgement, { place, test, commit }: Sighting, judged: CommitId): CriterionJudgement {
  if (!judgement.met) return judgement
  const shown: Evidence[] = []
  const refuted: string[] = []
  if (place !== null) {
    const wrong = wrongPlace(place)
    if (wrong !== null) refuted.push(wrong)
    else if (place.lines === null) shown.push({ kind: 'removal', file: place.file, commit: judged })
    else shown.push({ kind: 'place', file: place.file, line: place.line, commit: judged })
  }
  if (test?.command === null) refuted.push(`names the test "${test.name}", which no check that passed shows as passed`)
  else if (test !== null) shown.push({ kind: 'test', name: test.name, command: test.command })
  if (commit?.found === null) refuted.push(`names the commit ${commit.named}, which is not part of what was judged`)
  else if (commit !== null) shown.push({ kind: 'commit', commit: commit.found })
  if (refuted.length > 0) return { ...judgement, met: false, refuted }
  return { ...judgement, shown: shown.length === 0 ? [{ kind: 'statement' }] : shown }
}

/** Null: it is as named. An empty file has a first line to point to. */
function wrongPlace({ file, line, lines, isRemoved }: NonNullable<Sighting['place']>): string | null {
  if (lines === null) return isRemoved ? null : `names ${placeWords({ file, line })}, which is not there`
  if (line === null || line <= Math.max(lines, 1)) return null
  return `names ${placeWords({ file, line })}, which has ${lines} ${lines === 1 ? 'line' : 'lines'}`
}

/** The verdict with each criterion weighed; one that is found not to be met takes the approval with it. */
export function withWeighed(verdict: Verdict, criteria: readonly CriterionJudgement[]): Verdict {
  return { ...verdict, criteria, approved: verdict.approved && criteria.every((c) => c.met) }
}

const outcome = String.raw`(?:skip(?:ped)?|pending|todo|disabled|ignored|not ok|fail(?:ed|ure)?)\b`
/** Before a name the outcome begins the line; further on there are the file and the groups, which may be named after anything. */
const endsBefore = new RegExp(String.raw`[↓○﹣✗✘×✖]|^[^\p{L}\p{N}]*${outcome}`, 'iu')
/** Behind it nothing but signs and the time taken comes before the outcome. */
const endsBehind = new RegExp(String.raw`[↓○﹣✗✘×✖]|^[^\p{L}\p{N}]*(?:\d[\d.]*\s*m?s\b[^\p{L}\p{N}]*)?${outcome}`, 'iu')
const colours = /\p{Cc}\[[\d;]*m/gu

/** Whether a command's output tells of a test by that name which was neither skipped nor failed. Shorter names stand everywhere by chance. */
export function showsTest(output: string, name: string): boolean {
  const wanted = name.trim()
  if (wanted.length < 4) return false
  return output.split('\n').some((line) => line.includes(wanted) && isOfPassed(line.replaceAll(colours, ''), wanted))
}

function isOfPassed(line: string, name: string): boolean {
  const at = line.lastIndexOf(name)
  return at !== -1 && !endsBefore.test(line.slice(0, at)) && !endsBehind.test(line.slice(at + name.length))
}

/** The evidence of one exit criterion. Empty: it was not judged, or its command was not run. */
export function evidenceOf(work: Work, criterion: Criterion): readonly Evidence[] {
  if (criterion.command !== null) {
    const result = work.checks.find((c) => c.command === criterion.command)
    return result === undefined ? [] : [commandEvidence(result)]
  }
  return judgementOf(work, criterion)?.shown ?? []
}

function commandEvidence({ command, passed, exitCode, timedOut, durationMs, digest }: CheckResult): Evidence {
  return { kind: 'command', command, passed, exitCode, timedOut, durationMs, digest }
}

const judgementOf = (work: Work, criterion: Criterion): CriterionJudgement | undefined =>
  work.verdict?.criteria.find((c) => c.n === criterion.n)

/** Whether the criterion counts as met; one that nobody judged does not. */
export const isMet = (work: Work, criterion: Criterion): boolean =>
  criterion.command === null
    ? judgementOf(work, criterion)?.met === true
    : work.checks.some((c) => c.command === criterion.command && c.passed)

/** Why a criterion counts as met, or that it does not, in words. */
export function evidenceFor(work: Work, criterion: Criterion): string {
  if (criterion.command !== null) {
    const [ran] = evidenceOf(work, criterion)
    return ran === undefined ? 'not run' : evidenceWords(ran)
  }
  const judgement = judgementOf(work, criterion)
  if (judgement === undefined) return 'not judged by a review'
  return `${judgement.met ? '' : 'not met: '}${judgementWords(judgement)}`
}

/** What a review says of a criterion, with what orch found of the things that it names. */
export function judgementWords({ evidence, file, line, shown, refuted }: CriterionJudgement): string {
  if (refuted !== undefined) return `${refuted.join('; ')}; the review says: ${evidence}`
  if (shown !== undefined) return `${shown.map(evidenceWords).join(', ')}: ${evidence}`
  return file === null ? evidence : `${evidence} (${placeWords({ file, line })})`
}

export function evidenceWords(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'command': {
      const how = evidence.timedOut ? 'timed out' : `exit status ${evidence.exitCode ?? 'none'}`
      return `${how} after ${(evidence.durationMs / 1000).toFixed(1)} s, output sha256 ${evidence.digest}`
    }
    case 'place':
      return `${placeWords(evidence)} at ${shortCommit(evidence.commit)}`
    case 'removal':
      return `${evidence.file} is removed at ${shortCommit(evidence.commit)}`
    case 'test':
      return `test "${evidence.name}" in ${evidence.command}`
    case 'commit':
      return `commit ${shortCommit(evidence.commit)}`
    case 'statement':
      return "the reviewer's words only"
  }
}
