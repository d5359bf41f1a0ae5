import type { CheckResult } from '../core/check.js'
import { judgementWords } from '../core/evidence.js'
import type { RecordedFact } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Finding, Verdict } from '../core/verdict.js'
import { harmless, oneLine } from './harmless.js'

/** Of the output of a command that failed, the lines that are shown. */
const mostOutput = 15

/** What a person who looks into one task wants to read below a fact: why a command failed, what the review says. */
export function factDetails(fact: RecordedFact): readonly string[] {
  switch (fact.type) {
    case 'base-checked':
    case 'entry-checked':
    case 'checks-finished':
    case 'combination-refused':
      return fact.results.filter((r) => !r.passed).flatMap(failedCommand)
    case 'review-given':
      return verdictDetails(fact.verdict)
    case 'attempt-finished':
      return (fact.answers ?? []).map(({ id, reason }) => `answered ${oneLine(id)}: ${oneLine(reason)}`)
    case 'attempt-failed':
    case 'review-failed':
      return wholeDetail(fact.failure)
    default:
      return []
  }
}

function failedCommand({ command, exitCode, timedOut, output }: CheckResult): readonly string[] {
  const how = timedOut ? 'took too long' : exitCode === null ? 'was ended by a signal' : `exit status ${exitCode}`
  const lines = linesOf(output)
  const cut = lines.length > mostOutput ? ['...'] : []
  return [`$ ${oneLine(command)}`, ...[...cut, ...lines.slice(-mostOutput)].map((line) => `  ${line}`), `  (${how})`]
}

function verdictDetails({ summary, criteria, findings }: Verdict): readonly string[] {
  const unmet = criteria.filter((c) => !c.met).map((c) => `criterion ${c.n} is not met: ${oneLine(judgementWords(c))}`)
  return [...(summary.trim() === '' ? [] : [oneLine(summary)]), ...unmet, ...findings.flatMap(findingLines)]
}

function findingLines({ severity, file, line, title, detail, task }: Finding): readonly string[] {
  const place = file === null ? '' : ` (${oneLine(file)}${line === null ? '' : `:${line}`})`
  const whose = task === undefined ? '' : `, in what ${task} brought`
  return [`${severity}: ${oneLine(title)}${place}${whose}`, ...linesOf(detail).map((text) => `  ${text}`)]
}

/** What the fact's own line had no room for. */
function wholeDetail(failure: Failure): readonly string[] {
  const lines = 'detail' in failure ? linesOf(failure.detail) : []
  return lines.length > 1 ? lines : []
}

const linesOf = (text: string): readonly string[] =>
  harmless(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
