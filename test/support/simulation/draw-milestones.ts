import type { Criterion, Milestone, MilestoneId } from '../../../src/core/milestone.js'
import { aMilestone } from '../work.js'
import type { Dice } from './dice.js'
import { checkOf, entryOf, ownPaths } from './ground-rules.js'

const letters = 'ABCDEFGH'

/** One to four stages with one to eight tasks in all; now and then a number is left out, where a stage may be added later. */
export function drawMilestones(dice: Dice): readonly Milestone[] {
  const stages = [...new Set(Array.from({ length: dice.whole(1, 4) }, (_, i) => i + 1 + (dice.chance(0.15) ? 1 : 0)))]
  const count = Math.max(stages.length, dice.whole(1, 8))
  const drawn: Milestone[] = []
  for (let n = 0; n < count; n++) {
    const stage = stages[n] ?? dice.pick(stages)
    const letter = letters[drawn.filter((m) => m.stage === stage).length] ?? 'Z'
    drawn.push(drawMilestone(dice, `${stage}${letter}`, drawn))
  }
  return drawn.sort((a, b) => a.stage - b.stage)
}

/** A milestone that may depend on some of those before it. */
export function drawMilestone(dice: Dice, id: string, before: readonly Milestone[]): Milestone {
  const stage = Number.parseInt(id, 10)
  const earlier = before.filter((m) => m.id !== id && m.stage <= stage)
  return aMilestone({
    id,
    depends: earlier.filter((m) => dice.chance(m.stage === stage ? 0.3 : 0.15)).map((m) => m.id),
    criteria: drawCriteria(dice, id),
    checks: dice.chance(0.4) ? [checkOf(id)] : [],
    entryRequirements: dice.chance(0.15) ? [{ text: 'ready', command: entryOf(id) }] : [],
    paths: dice.chance(0.2) ? ownPaths(id) : [],
    optional: dice.chance(0.2),
    approval: dice.chance(0.1),
    allowEmpty: dice.chance(0.1),
    retries: dice.chance(0.2) ? dice.whole(0, 2) : null,
    priority: dice.pick(['critical', 'high', 'medium', 'low'] as const),
  })
}

function drawCriteria(dice: Dice, id: string): Criterion[] {
  const kinds = dice.pick([[], [], ['judged'], ['judged', 'judged'], ['command'], ['command', 'judged']] as const)
  return kinds.map((kind, i) => ({ n: i + 1, text: `criterion ${i + 1}`, command: kind === 'command' ? checkOf(id) : null }))
}

/** The same milestone with another text, and something that the text asks for changed. */
export function edited(dice: Dice, milestone: Milestone, version: number): Milestone {
  return {
    ...milestone,
    text: `${milestone.text}version ${version}\n`,
    hash: `hash-of-${milestone.id}-${version}`,
    criteria: drawCriteria(dice, milestone.id),
    approval: dice.chance(0.9) ? milestone.approval : !milestone.approval,
    depends: dice.chance(0.8) ? milestone.depends : ([] as MilestoneId[]),
  }
}
