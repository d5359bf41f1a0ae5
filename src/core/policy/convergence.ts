import type { ReviewRound } from '../review-history.js'

/** Why further rounds would not help: nothing that holds the work back goes away, or what went away keeps coming back. */
export type Stall = 'plateau' | 'oscillation'

/** So many remediations with a change that leave exactly the same open make a plateau. */
const plateauAfter = 2
/** So often what was closed must have come back to be called an oscillation. */
const oscillationAfter = 2

/** Whether a review that still asks for changes gets anywhere; null: it does, or it is too early to tell. */
export function stallOf(history: readonly ReviewRound[]): Stall | null {
  if (isPlateau(history)) return 'plateau'
  return isOscillation(history) ? 'oscillation' : null
}

function isPlateau(history: readonly ReviewRound[]): boolean {
  const last = history.at(-1)
  if (last === undefined || last.blocking.length === 0) return false
  let changes = 0
  for (let i = history.length - 1; i > 0; i--) {
    const [before, after] = [history[i - 1], history[i]]
    if (before === undefined || after === undefined || !isSame(before.blocking, last.blocking)) break
    if (before.commit !== after.commit) changes++
  }
  return changes >= plateauAfter
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [new Set(a), new Set(b)]
  return left.size === right.size && [...left].every((id) => right.has(id))
}

const isOscillation = (history: readonly ReviewRound[]): boolean =>
  (history.at(-1)?.blocking ?? []).some((id) => comebacks(history, id) >= oscillationAfter)

/** How often it was open again in a round after one in which it was not, once it had been open at all. */
function comebacks(history: readonly ReviewRound[], id: string): number {
  const open = history.map((round) => round.blocking.includes(id))
  const first = open.indexOf(true)
  return open.filter((isOpen, i) => i > first && isOpen && open[i - 1] === false).length
}
