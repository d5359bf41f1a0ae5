import type { Dice } from './dice.js'
import { drawBudget } from './draw-budget.js'
import type { PersonDeed, TimedDeed } from './scenario.js'
import type { ConfigEdit } from './settings.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** What a person does while orch works, and what happens to their machine. */
export function drawDeeds(dice: Dice, ids: readonly string[], mayBeRed: boolean): readonly TimedDeed[] {
  const count = dice.chance(0.25) ? 0 : dice.steep(1, 12)
  const when = (): number => dice.whole(0, dice.pick([20, 60, 240, 1200]) * minute)
  return Array.from({ length: count }, () => ({ ...drawDeed(dice, ids, mayBeRed), at: when() })).sort((a, b) => a.at - b.at)
}

function drawDeed(dice: Dice, ids: readonly string[], mayBeRed: boolean): PersonDeed {
  const task = dice.pick(ids)
  const kind = dice.weighed({
    commits: 5,
    edits: 2,
    adds: 2,
    removes: 1,
    approves: 1,
    'commits-on-task': 1.5,
    'breaks-milestones': 0.7,
    'dirties-checkout': 0.7,
    'fills-disk': 0.5,
    stops: 2,
    'clock-jumps': 1.5,
    'power-cut': 1.5,
    'edits-config': 1.5,
    'saves-a-file': 0.7,
  })
  switch (kind) {
    case 'commits':
      return { kind, how: dice.weighed({ aside: 3, conflicting: 2, red: mayBeRed ? 1 : 0, board: 0.3 }), task }
    case 'breaks-milestones':
    case 'dirties-checkout':
    case 'fills-disk':
      return { kind, forMs: dice.whole(1, 60) * minute }
    case 'stops':
      return { kind, hard: dice.chance(0.5) }
    case 'clock-jumps':
      return { kind, byMs: dice.pick([-400 * day, -3 * day, -2 * hour, -5 * minute, 5 * minute, 8 * hour, 3 * day, 400 * day]) }
    case 'edits-config':
      return { kind, edit: drawEdit(dice) }
    case 'saves-a-file':
    case 'power-cut':
      return { kind }
    default:
      return { kind, task }
  }
}

const drawEdit = (dice: Dice): ConfigEdit => ({
  concurrency: dice.whole(1, 4),
  maxRounds: dice.whole(1, 3),
  mergeRounds: dice.whole(1, 3),
  retries: dice.whole(0, 3),
  budget: drawBudget(dice),
})
