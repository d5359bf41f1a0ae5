import type { ClaimedFinding, Finding } from './verdict.js'

/**
 * Gives findings the ids of earlier ones that they repeat: the one that the reviewer names, else the one with the same place and claim, else one in
 * the same file whose claim differs in a word or two. Each earlier finding is repeated once; whatever is left is new.
 * @param earlier newest first
 */
export function recognise(claimed: readonly ClaimedFinding[], earlier: readonly Finding[]): readonly Finding[] {
  const taken = new Set<string>()
  const ids = new Map<ClaimedFinding, string>()
  for (const isRepeatOf of [isNamed, isEqual, isReworded])
    for (const finding of claimed) {
      const known = ids.has(finding) ? undefined : earlier.find((e) => !taken.has(e.id) && isRepeatOf(finding, e))
      if (known === undefined) continue
      taken.add(known.id)
      ids.set(finding, known.id)
    }
  return claimed.map((finding) => {
    const { repeats: _, ...own } = finding
    return { ...own, id: ids.get(finding) ?? unused(finding.id, taken) }
  })
}

const isNamed = (finding: ClaimedFinding, earlier: Finding): boolean => finding.repeats === earlier.id

const isEqual = (finding: ClaimedFinding, earlier: Finding): boolean => finding.id === earlier.id

const isReworded = (finding: ClaimedFinding, earlier: Finding): boolean =>
  pathOf(finding) === pathOf(earlier) && likeness(finding.title, earlier.title) >= alike

/** An id that nothing else in this round has: two claims that read the same are still two. */
function unused(id: string, taken: Set<string>): string {
  let name = id
  for (let n = 2; taken.has(name); n++) name = `${id}-${n}`
  taken.add(name)
  return name
}

const pathOf = ({ file }: Finding): string => file?.replaceAll('\\', '/').replace(/^\.\//, '') ?? ''

/** Of a claim of nine words, one or two may differ; of a short one none. */
const alike = 0.8

/** Dice's coefficient over the words of both, from 0 to 1; https://en.wikipedia.org/wiki/Dice-S%C3%B8rensen_coefficient. */
function likeness(a: string, b: string): number {
  const [left, right] = [wordsOf(a), wordsOf(b)]
  const shared = [...left].filter((word) => right.has(word)).length
  return left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size)
}

const wordsOf = (claim: string): ReadonlySet<string> => new Set(claim.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])
