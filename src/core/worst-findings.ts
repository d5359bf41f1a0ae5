import { type Finding, isAtOrAbove } from './verdict.js'

/** Each finding once, as the one who takes it most seriously put it; in the order of their first mention. */
export function worstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const byId = new Map<string, Finding>()
  for (const finding of findings) {
    const known = byId.get(finding.id)
    if (known === undefined || !isAtOrAbove(known.severity, finding.severity)) byId.set(finding.id, finding)
  }
  return [...byId.values()]
}
