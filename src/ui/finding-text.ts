import type { Look } from './look.js'

/** What a look at the surroundings found. */
export interface Finding {
  readonly what: string
  readonly state: 'ok' | 'warn' | 'fail' | 'fixed'
  readonly detail: string
  /** What to do about it. */
  readonly fix: string | null
}

/** Findings as rows: state, what it is about, what was found; what to do about it below. */
export function findingLines(findings: readonly Finding[], { colours }: Look): readonly string[] {
  const paint = { ok: colours.good, warn: colours.busy, fail: colours.bad, fixed: colours.good }
  const widest = Math.max(0, ...findings.map(({ what }) => what.length))
  return findings.flatMap(({ what, state, detail, fix }) => [
    `${paint[state](state.padEnd(5))}  ${what.padEnd(widest)}  ${detail}`,
    ...(fix === null ? [] : [`${' '.repeat(5)}  ${fix}`]),
  ])
}
