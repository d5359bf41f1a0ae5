import type { CommitId } from './fact.js'
import { wholeOf } from './fact.js'
import type { MilestoneId } from './milestone.js'
import { type RunState, tasksOf } from './run-state.js'

/** A stage as a run brought it into the person's branch. */
export interface Landing {
  readonly run: string
  readonly stage: number
  /** The branch's tip before and after. */
  readonly from: CommitId
  readonly to: CommitId
  /** ISO 8601. */
  readonly at: string
  readonly milestones: readonly MilestoneId[]
}

/** What a run landed on a branch and nobody has undone, one that brought nothing left out. */
export function landingsOf(state: RunState, branch: string): readonly Landing[] {
  if (state.rehearsal || state.baseBranch !== branch) return []
  return state.stages.flatMap(({ stage, landed }) => {
    if (landed === null || landed.from === landed.to) return []
    const merged = tasksOf(state, stage).filter((work) => work.phase === 'merged')
    const at = state.work[wholeOf(stage)]?.endedAt ?? state.startedAt
    return [{ run: state.run, stage, ...landed, at, milestones: merged.map((work) => work.id as MilestoneId) }]
  })
}

/**
 * What must go so that the branch is back at the boundary before a stage: the one that landed last, or with `stage` everything of that
 * stage and of later ones. The last first.
 */
export function undoneBy(landings: readonly Landing[], stage: number | null): readonly Landing[] {
  const newestFirst = [...landings].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.stage - a.stage))
  return stage === null ? newestFirst.slice(0, 1) : newestFirst.filter((landing) => landing.stage >= stage)
}

/** Whether a branch at `tip` holds nothing on top of these, nor in between: then going back leaves nobody's commit out. */
export const isAllThereIs = (newestFirst: readonly Landing[], tip: CommitId): boolean =>
  newestFirst.every((landing, i) => landing.to === (i === 0 ? tip : newestFirst[i - 1]?.from))

/** Stages and milestones in words: `stage 2 (2A, 2B)`. */
export const landingWords = ({ stage, milestones }: Pick<Landing, 'stage' | 'milestones'>): string =>
  `stage ${stage} (${milestones.join(', ')})`
