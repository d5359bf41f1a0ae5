import type { CriterionJudgement, ReviewAnswer } from '../../core/verdict.js'
import type { Brief } from './brief.js'
import type { ReviewEntry } from './script.js'

/** What the reviewer answers: by the script, or an approval with evidence for each exit criterion. */
export function answerOf(
  entry: ReviewEntry | null,
  brief: Brief,
): Omit<ReviewAnswer, 'findings'> & { readonly findings: readonly object[] } {
  const criteria = brief.criteria.map((text, i) => judgement(i + 1, text, entry, brief.changedFiles))
  if (entry === null || !('reject' in entry))
    return { verdict: 'approved', summary: 'Rehearsed: every criterion counts as met.', criteria, findings: [] }
  const { severity, file, line, reject: title, detail } = entry
  const finding = { severity, file, line, title, detail: detail === '' ? title : detail }
  return { verdict: 'changes_requested', summary: title, criteria, findings: [finding] }
}

function judgement(n: number, text: string, entry: ReviewEntry | null, changedFiles: readonly string[]): CriterionJudgement {
  const isUnmet = entry !== null && 'reject' in entry && entry.unmet.includes(n)
  if (isUnmet) return { n, met: false, evidence: `Not met: ${text}`, file: null, line: null }
  const file = changedFiles[(n - 1) % Math.max(changedFiles.length, 1)] ?? null
  const scripted = entry !== null && 'evidence' in entry ? entry.evidence[n] : undefined
  const evidence = scripted ?? (file === null ? `Looked for it: ${text}` : `Seen in ${file}: ${text}`)
  return { n, met: true, evidence, file, line: file === null ? null : 1 }
}
