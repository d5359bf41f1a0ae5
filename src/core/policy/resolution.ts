import { lostTests } from './added-tests.js'

/** Why an agent's resolution of a conflict is not taken; both empty: it is. */
export interface ResolutionFaults {
  /** Files outside of the conflict that it changed without giving a reason. */
  readonly outside: readonly string[]
  /** Tests that one side added and that are not there any more: files, or lines of them. */
  readonly lostTests: readonly string[]
}

/** What an agent made of a conflict. */
export interface Resolution {
  /** The files in conflict. */
  readonly files: readonly string[]
  /** The files in which the result differs from what git merged by itself. */
  readonly changed: readonly string[]
  /** What the session said at its end. */
  readonly said: string
  /** Unified diffs from where both sides began: to each side, and to the result. */
  readonly sides: readonly string[]
  readonly result: string
}

/** `REASON src/a.ts: its caller was renamed on the other side`, on a line of its own. */
const reasonLine = /^[\s>*-]*REASON\s+`?([^`\n]+?)`?\s*:\s*\S/gm

/** The files for whose change a session gave a reason. */
export const reasonsIn = (said: string): ReadonlySet<string> => new Set([...said.matchAll(reasonLine)].map((match) => match[1] ?? ''))

/** A resolution keeps the tests that both sides added, and changes nothing else than what is in conflict without a reason. */
export function faultsOf({ files, changed, said, sides, result }: Resolution): ResolutionFaults {
  const reasons = reasonsIn(said)
  // Where a file and a folder want the same name, git lays one of them out with the side's name behind a tilde.
  const inConflict = new Set(files.flatMap((file) => [file, file.replace(/~[^/]*$/, '')]))
  const outside = changed.filter((file) => !inConflict.has(file) && !inConflict.has(file.replace(/~[^/]*$/, '')) && !reasons.has(file))
  return { outside, lostTests: lostTests(sides, result) }
}
