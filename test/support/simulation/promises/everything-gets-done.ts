import { isSelected } from '../../../../src/core/plan.js'
import { mergedMilestones } from '../memory-repository.js'
import type { Universe } from '../universe.js'
import type { Kept } from './promise.js'

/** Nobody waits in vain, and nothing goes round in circles. */
export const everyLifeEnds: Kept = ({ outcome }) => {
  if (outcome.kind === 'stuck') return ['everybody waits and nobody can act']
  return outcome.kind === 'endless' ? ['it goes round in circles'] : []
}

/** Once nothing fails any more and everybody does their best, everything that was asked for is merged. */
export function everythingGetsDone({ git, main, milestones, scenario }: Universe): readonly string[] {
  const merged = mergedMilestones(git, main)
  const left = milestones.filter((m) => isSelected(m, scenario.selection) && !merged.has(m.id))
  return left.map((m) => `${m.id} is not merged, although nothing fails any more`)
}
