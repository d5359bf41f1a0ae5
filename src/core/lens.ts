import { isAtOrAbove, type Verdict } from './verdict.js'
import { worstOfEach } from './worst-findings.js'

/** What a review looks for. `correctness` is the whole review: it alone judges the exit criteria. */
export const lenses = ['correctness', 'security', 'tests', 'simplicity'] as const
export type Lens = (typeof lenses)[number]

/** What one lens saw in a round. */
export interface LensVerdict {
  readonly lens: Lens
  readonly verdict: Verdict
}

/** The reviews that a round is made of, and how many of them must approve. */
export interface Panel {
  readonly lenses: readonly Lens[]
  readonly quorum: number
}

/** The lens that has not judged yet; null: all have. */
export const missingLens = (wanted: readonly Lens[], given: readonly LensVerdict[]): Lens | null =>
  wanted.find((lens) => !given.some((g) => g.lens === lens)) ?? null

/**
 * One verdict out of a round's. Approved when `correctness` approves, as many lenses approve as the quorum asks for, and none of them
 * found a blocker: other findings may be outvoted. The criteria are judged by `correctness`; what several lenses found counts once, at its worst.
 */
export function joinVerdicts(given: readonly LensVerdict[], panel: Panel): Verdict {
  const [only] = given
  if (only !== undefined && given.length === 1) return only.verdict
  const whole = given.find((g) => g.lens === 'correctness')?.verdict
  const findings = worstOfEach(given.flatMap((g) => g.verdict.findings))
  const approvals = given.filter((g) => g.verdict.approved).length
  const hasBlocker = findings.some((f) => isAtOrAbove(f.severity, 'blocker'))
  return {
    approved: whole?.approved === true && approvals >= Math.min(panel.quorum, given.length) && !hasBlocker,
    summary: given.map((g) => `${g.lens}: ${g.verdict.summary.trim()}`).join('\n'),
    criteria: whole?.criteria ?? [],
    findings,
    bar: whole?.bar ?? 'major',
  }
}
