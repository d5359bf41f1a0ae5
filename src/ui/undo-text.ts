import { listed } from '../core/counted.js'
import type { UndoWay } from '../core/fact.js'
import { type Landing, landingWords } from '../core/landing.js'
import { shortCommit } from '../core/short-commit.js'
import { oneLine } from './harmless.js'

/** An undo as it is told. */
export interface ToldUndo {
  readonly branch: string
  readonly from: string
  readonly to: string
  readonly how: UndoWay
  readonly because: 'pushed' | 'others-on-top' | null
  readonly landings: readonly Landing[]
  readonly keptAs: string | null
  readonly unfinished: string | null
}

/** What an undo will do, before it is agreed to. */
export function undoPlanText(plan: ToldUndo): string {
  const branch = oneLine(plan.branch)
  const stages = `To undo: ${listed(plan.landings.map(landingWords), 12)}, on ${branch}.`
  const why = plan.because === 'pushed' ? 'it was pushed' : 'there are commits on top of it, or in between, which stay'
  const how =
    plan.how === 'moved-back'
      ? `${branch} goes back from ${shortCommit(plan.from)} to ${shortCommit(plan.to)}; the old tip is kept as ${plan.keptAs ?? ''}`
      : `a new commit on ${branch} takes back what was brought, since ${why}; the checks must pass on it`
  const rest =
    plan.unfinished === null
      ? []
      : [
          `The run ${plan.unfinished} is unfinished and cannot be gone on with after that; its work that is not merged stays on its branches.`,
        ]
  return [stages, how, ...rest].join('\n')
}

/** What an undo did, and what to type next. */
export function undoneText(plan: ToldUndo): string {
  const stages = listed(plan.landings.map(landingWords), 12)
  const back = plan.keptAs === null ? [] : [`to have it back: git merge --ff-only ${plan.keptAs}`]
  return [`Undone: ${stages}. ${oneLine(plan.branch)} is at ${shortCommit(plan.to)}.`, ...back, 'next: orch run carries it out anew'].join(
    '\n',
  )
}
